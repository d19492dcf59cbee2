"""Hosts: one worker at a time, and none before it may be asked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from aggregator.store import hosts
from aggregator.store.session import Store
from tests.world import NOW

MINUTE = timedelta(minutes=1)
NAMES = [f"h{number}.example" for number in range(8)]


def test_each_host_goes_to_one_of_many_workers(store: Store) -> None:
    def take(worker: int) -> set[str]:
        with store.writing() as session:
            return set(hosts.lease(session, NAMES, f"worker {worker}", NOW, MINUTE))

    with ThreadPoolExecutor(4) as pool:
        taken = [name for found in pool.map(take, range(4)) for name in found]
    assert sorted(taken) == NAMES


def test_a_host_is_free_again_when_it_is_given_back_or_its_lease_ends(store: Store) -> None:
    with store.writing() as session:
        assert set(hosts.lease(session, NAMES[:1], "a", NOW, MINUTE)) == {NAMES[0]}
        assert hosts.lease(session, NAMES[:1], "b", NOW, MINUTE) == {}
        hosts.release(session, NAMES[:1], "b")
        assert hosts.lease(session, NAMES[:1], "b", NOW, MINUTE) == {}, "only its holder gives it back"
        hosts.release(session, NAMES[:1], "a")
        assert set(hosts.lease(session, NAMES[:1], "b", NOW, MINUTE)) == {NAMES[0]}
        assert set(hosts.lease(session, NAMES[:1], "c", NOW + MINUTE, MINUTE)) == {NAMES[0]}


def test_a_lease_can_be_renewed_by_who_holds_it(store: Store) -> None:
    with store.writing() as session:
        hosts.lease(session, NAMES[:1], "a", NOW, MINUTE)
        hosts.renew(session, NAMES, "a", NOW + 5 * MINUTE)
        hosts.renew(session, NAMES, "b", NOW)
        assert hosts.lease(session, NAMES[:1], "b", NOW + 2 * MINUTE, MINUTE) == {}


def test_a_pause_is_only_ever_lengthened(store: Store) -> None:
    with store.writing() as session:
        hosts.lease(session, NAMES[:2], "a", NOW, MINUTE)
        hosts.put_off(session, {NAMES[0]: NOW + 5 * MINUTE, NAMES[1]: NOW + MINUTE})
        hosts.put_off(session, {NAMES[0]: NOW + MINUTE, NAMES[1]: NOW + 2 * MINUTE})
        hosts.put_off(session, {})
        hosts.release(session, NAMES, "a")
        assert hosts.lease(session, NAMES[:2], "b", NOW, MINUTE) == {}, "nobody waits that long"
        free = {NAMES[0]: NOW + 5 * MINUTE, NAMES[1]: NOW + 2 * MINUTE}
        assert hosts.free_at(session, NAMES[:2], NOW) == free
        held = hosts.lease(session, NAMES[:2], "b", NOW + 4 * MINUTE, MINUTE)
    assert {name: held[name].next_at for name in NAMES[:2]} == free


def test_robots_txt_is_kept_with_the_time_it_was_given(store: Store) -> None:
    with store.writing() as session:
        hosts.lease(session, NAMES[:2], "a", NOW, MINUTE)
        hosts.save_robots(session, [(NAMES[0], b"User-agent: *", 200, NOW), (NAMES[1], b"", 0, NOW)])
        hosts.release_all(session)
        held = hosts.lease(session, NAMES[:3], "b", NOW, MINUTE)
    assert (held[NAMES[0]].robots, held[NAMES[0]].robots_status, held[NAMES[0]].robots_at) == (
        b"User-agent: *",
        200,
        NOW,
    )
    assert held[NAMES[1]].robots_status == 0
    assert held[NAMES[2]].robots_at is None


def test_robots_txt_is_read_only_where_it_is_heeded(store: Store) -> None:
    name = NAMES[0]
    with store.writing() as session:
        hosts.lease(session, [name], "a", NOW, MINUTE)
        hosts.save_robots(session, [(name, b"User-agent: *", 200, NOW)])
        hosts.release(session, [name], "a")
        (bare,) = hosts.lease(session, [name], "b", NOW, MINUTE, robots=False).values()
        assert (bare.robots, bare.robots_status, bare.robots_at) == (b"", 200, NOW)
        hosts.release(session, [name], "b")
        (whole,) = hosts.lease(session, [name], "c", NOW, MINUTE).values()
        assert (whole.robots, whole.robots_status, whole.robots_at) == (b"User-agent: *", 200, NOW)
