"""Rows of hosts: the lease that keeps two workers from asking one host at once, its delay, its robots.txt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, literal, null, or_, select, update

from aggregator.core.host import Host
from aggregator.core.url import registrable
from aggregator.store.rows import Many, insert_new
from aggregator.store.session import Session
from aggregator.store.tables import hosts, limits

PATIENCE = timedelta(seconds=60)  # a host that may be asked within so long is taken and waited for
AGAIN = timedelta(seconds=5)  # at the earliest, a host that was not free is tried again


_NAMED = hosts.c.name.in_(bindparam("names", expanding=True))
_LIMITED = exists().where(limits.c.url == literal("*.") + hosts.c.domain, limits.c.until > bindparam("now"))
_FREE = (
    select(hosts.c.name, hosts.c.next_at, hosts.c.robots_status, hosts.c.robots_at)
    .where(
        _NAMED,
        or_(hosts.c.leased_until.is_(None), hosts.c.leased_until <= bindparam("now")),
        or_(hosts.c.next_at.is_(None), hosts.c.next_at <= bindparam("soon")),
        ~_LIMITED,
    )
    .order_by(hosts.c.name)
    .with_for_update(skip_locked=True, of=hosts)
)
_ROBOTS = select(hosts.c.name, hosts.c.robots).where(_NAMED, hosts.c.robots.is_not(None))
_TAKE = update(hosts).where(_NAMED).values(leased_until=bindparam("until"), leased_by=bindparam("holder"))
_RELEASE = (
    update(hosts).where(_NAMED, hosts.c.leased_by == bindparam("holder")).values(leased_until=null(), leased_by="")
)
_PUT_OFF = Many(
    ("host", "until"),
    lambda _: (
        update(hosts)
        .where(hosts.c.name == bindparam("host"), or_(hosts.c.next_at.is_(None), hosts.c.next_at < bindparam("until")))
        .values(next_at=bindparam("until"))
    ),
)


def lease(
    session: Session, names: Iterable[str], holder: str, now: datetime, length: timedelta, *, robots: bool = True
) -> dict[str, Host]:
    """Take those of the hosts that nobody holds and that may be asked soon, for `length`; returns them by name.

    Without `robots` the bytes of robots.txt, which may be many, are left out.
    """
    wanted = sorted(set(names))
    found = _free(session, wanted, now)
    if missing := [name for name in wanted if name not in found]:  # some of them may never have been seen
        insert_new(session, hosts, [{"name": name, "domain": registrable(name)} for name in missing], ["name"])
        found |= _free(session, missing, now)
    if not found:
        return found
    session.execute(_TAKE, {"names": list(found), "until": now + length, "holder": holder})
    if robots:
        for row in session.execute(_ROBOTS, {"names": list(found)}):
            found[row.name] = replace(found[row.name], robots=row.robots)
    return found


def _free(session: Session, names: Sequence[str], now: datetime) -> dict[str, Host]:
    """Return those of the hosts that are free, by name, locked until the transaction ends; without their robots.txt."""
    if not names:
        return {}
    rows = session.execute(_FREE, {"names": names, "now": now, "soon": now + PATIENCE})
    return {name: Host(name, next_at, b"", status or 0, at) for name, next_at, status, at in rows}


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
    session.execute(_RELEASE, {"names": sorted(set(names)), "holder": holder})


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
    _PUT_OFF(session, sorted(until.items()))


def release_all(session: Session) -> None:
    """Give every host back; only for who holds the whole data folder alone."""
    session.execute(update(hosts).where(hosts.c.leased_until.is_not(None)).values(leased_until=None, leased_by=""))
