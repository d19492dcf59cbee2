"""The whole line: every entry ends in one outcome, the numbers add up, and a second run adds nothing."""

from pathlib import Path

from aggregator.core.entry import WAITING, EntryStatus
from aggregator.core.outcome import Step, Word, Work
from aggregator.line import LINE, STAGE, Queue, batches
from aggregator.store import entries, entry_queue, feeds, outcomes, publications
from aggregator.store.session import Store
from tests.newsdesk import feed_of, outlet
from tests.steps.parts import parts, polled, through
from tests.texts import GLACIER, HARBOUR, SCHOOL, changed_headline
from tests.world import NOW, Item, World, page, rss


def test_every_entry_ends_in_one_outcome_and_the_numbers_add_up(store: Store, tmp_path: Path) -> None:
    world = World()
    first, second = (feed_of(store, outlet(store, name)) for name in ("First Post", "Second Post"))
    home, other = "https://first-post.example", "https://second-post.example"
    world.says(f"{home}/robots.txt", "User-agent: *\nDisallow: /intern/\n")
    told = [
        (f"{home}/harbour", page("Harbour", *HARBOUR)),
        (f"{home}/school", page("School", *SCHOOL)),
        (f"{home}/stub", page("Stub", "Too little.")),
        (f"{home}/intern/1", page("Intern", *GLACIER)),
        (f"{home}/missing", None),
    ]
    copied = [(f"{other}/harbour", page("Harbour again", *changed_headline(HARBOUR)))]
    for url, body in [*told, *copied]:
        if body:
            world.says(url, body)
    world.says(first.url, rss(*(Item(url, url.rsplit("/", 1)[-1]) for url, _ in told)))
    world.says(second.url, rss(*(Item(url, "again") for url, _ in copied), Item(f"{home}/school?utm_source=b", "too")))
    line = parts(store, tmp_path, world)
    polled(line, first.id, second.id)
    with store.reading() as session:
        left = entry_queue.due(session, EntryStatus.DUE, NOW, 10, 10)
    assert len(left) == 1, "a page that was on its way for another entry is waited for"
    through(line, left)

    with store.reading() as session:
        numbers = entries.numbers(session)
        totals = outcomes.totals(session)
        shown = {each.title for each in publications.live(session, publications.ALL, 100)}
    assert numbers == {
        EntryStatus.ARTICLE: 2,
        EntryStatus.DUPLICATE: 2,
        EntryStatus.QUARANTINED: 1,
        EntryStatus.REFUSED: 2,
    }
    assert not set(numbers) & set(WAITING)
    assert shown == {"harbour", "school"}
    ended = sum(
        number
        for (step, word), number in totals.items()
        if word in {Word.ARTICLE, Word.DUPLICATE, Word.REFUSED, Word.QUARANTINED}
    )
    assert ended == sum(numbers.values()), "each entry has ended exactly once"

    with store.writing() as session:
        feeds.make_due(session, [first.id, second.id], NOW, forget=True)
    polled(line, first.id, second.id)
    with store.reading() as session:
        assert entries.numbers(session) == numbers
        assert {each.title for each in publications.live(session, publications.ALL, 100)} == shown


def test_every_step_has_a_place_on_the_line() -> None:
    assert {stage.step for stage in LINE} == set(Step)
    assert STAGE[Step.POLL].queue is STAGE[Step.FETCH].queue is Queue.NETWORK
    assert STAGE[Step.EXTRACT].queue is Queue.PROCESSOR


def test_work_is_sent_in_batches_of_one_step() -> None:
    work = [Work(Step.EXTRACT, number) for number in range(40)] + [Work(Step.GATHER, 1)]
    sent = list(batches(work))
    assert [(step, len(ids)) for step, ids in sent] == [
        (Step.EXTRACT, 16), (Step.EXTRACT, 16), (Step.EXTRACT, 8), (Step.GATHER, 1),
    ]  # fmt: skip
    assert sorted(each for step, ids in sent if step is Step.EXTRACT for each in ids) == list(range(40))


def test_what_is_asked_of_one_host_stays_in_one_batch() -> None:
    work = [Work(Step.FETCH, number, f"h{number % 5}.example") for number in range(60)]
    homes = {each.id: each.host for each in work}
    sent = [{homes[each] for each in ids} for _, ids in batches(work)]
    assert sum(len(found) for found in sent) == 5


def test_a_host_with_more_work_than_a_batch_is_split() -> None:
    work = [Work(Step.FETCH, number, "one.example") for number in range(100)]
    assert [len(ids) for _, ids in batches(work)] == [40, 40, 20]


def test_little_work_is_spread_over_all_processes() -> None:
    work = [Work(Step.EXTRACT, number) for number in range(8)]
    assert [len(ids) for _, ids in batches(work, smallest=4)] == [4, 4]
