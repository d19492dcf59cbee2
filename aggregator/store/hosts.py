"""Rows of hosts: the lease that keeps two workers from asking one host at once, its delay, its robots.txt."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, and_, bindparam, or_, select, update

from aggregator.core.host import Host
from aggregator.core.url import registrable
from aggregator.store.rows import insert_new
from aggregator.store.session import Session
from aggregator.store.tables import hosts, limits

PATIENCE = timedelta(seconds=60)  # a host that may be asked within so long is taken and waited for
AGAIN = timedelta(seconds=5)  # at the earliest, a host that was not free is tried again


def _value(row: Row[tuple[object, ...]]) -> Host:
    return Host(row.name, row.next_at, row.robots or b"", row.robots_status or 0, row.robots_at)


def lease(session: Session, names: Iterable[str], holder: str, now: datetime, length: timedelta) -> dict[str, Host]:
    """Take those of the hosts that nobody holds and that may be asked soon, for `length`; returns them by name."""
    wanted = sorted(set(names))
    insert_new(session, hosts, [{"name": name, "domain": registrable(name)} for name in wanted], ["name"])
    resting = {name[2:] for name in _limits(session, wanted, now)}
    soon = or_(hosts.c.next_at.is_(None), hosts.c.next_at <= now + PATIENCE)
    free = and_(
        or_(hosts.c.leased_until.is_(None), hosts.c.leased_until <= now), soon, hosts.c.domain.not_in(resting)
    )  # fmt: skip
    locked = select(hosts.c.name).where(hosts.c.name.in_(wanted), free).order_by(hosts.c.name)
    names_free = [row.name for row in session.execute(locked.with_for_update(skip_locked=True))]
    taken = session.execute(
        update(hosts)
        .where(hosts.c.name.in_(names_free), free)
        .values(leased_until=now + length, leased_by=holder)
        .returning(hosts)
    )
    return {row.name: _value(row) for row in taken}


def _limits(session: Session, names: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Return until when whole domains of these hosts are to be left alone, as `*.domain`."""
    wide = {f"*.{registrable(name)}" for name in names}
    rows = session.execute(select(limits.c.url, limits.c.until).where(limits.c.url.in_(wide), limits.c.until > now))
    return {row.url: row.until for row in rows}


def free_at(session: Session, names: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Return when hosts that could not be taken may be free: after the lease of another, the pause, the limit."""
    wanted = set(names)
    until = _limits(session, wanted, now)
    found = {}
    for row in session.execute(select(hosts).where(hosts.c.name.in_(wanted))):
        times = (row.next_at, until.get(f"*.{row.domain}"), now + AGAIN)
        found[row.name] = max(time for time in times if time is not None)
    return found


def renew(session: Session, names: Iterable[str], holder: str, until: datetime) -> None:
    """Hold on to hosts until `until`; one that was lost in the meantime stays lost."""
    mine = hosts.c.name.in_(set(names)) & (hosts.c.leased_by == holder)
    session.execute(update(hosts).where(mine).values(leased_until=until))


def release(session: Session, names: Iterable[str], holder: str) -> None:
    """Give hosts back; one that was lost in the meantime is left to who has it."""
    mine = hosts.c.name.in_(set(names)) & (hosts.c.leased_by == holder)
    session.execute(update(hosts).where(mine).values(leased_until=None, leased_by=""))


def save_robots(session: Session, told: Sequence[tuple[str, bytes, int, datetime]]) -> None:
    """Keep hosts' robots.txt: name, bytes, status (0 for an unreachable host), and when it was given."""
    statement = (
        update(hosts)
        .where(hosts.c.name == bindparam("host"))
        .values(robots=bindparam("robots"), robots_status=bindparam("robots_status"), robots_at=bindparam("robots_at"))
    )
    rows = [{"host": name, "robots": body, "robots_status": status, "robots_at": at} for name, body, status, at in told]
    session.execute(statement, rows)


def put_off(session: Session, until: Mapping[str, datetime]) -> None:
    """Let nobody ask hosts before a time: for our delay, or because they wished it by Retry-After."""
    statement = (
        update(hosts)
        .where(hosts.c.name == bindparam("host"), or_(hosts.c.next_at.is_(None), hosts.c.next_at < bindparam("until")))
        .values(next_at=bindparam("until"))
    )
    if until:
        session.execute(statement, [{"host": name, "until": at} for name, at in sorted(until.items())])


def release_all(session: Session) -> None:
    """Give every host back; only for who holds the whole data folder alone."""
    session.execute(update(hosts).where(hosts.c.leased_until.is_not(None)).values(leased_until=None, leased_by=""))
