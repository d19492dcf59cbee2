"""Looking again: conditional, by age, polite; what is new becomes a version, and what is bad harms nothing."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.adapters.http import HttpWeb
from aggregator.adapters.http_settings import HttpSettings
from aggregator.core import identity
from aggregator.core.article import Article, Extraction, Sketch
from aggregator.core.baseline import Alarm, AlarmKind
from aggregator.core.errors import AggregatorError, TryLater
from aggregator.core.outcome import Outcome, Step, Work
from aggregator.core.page import Answer, Request, Visit
from aggregator.core.publication import Publication
from aggregator.core.sketch import pack, sketch
from aggregator.core.takedown import Block, BlockKind, Scope
from aggregator.line import Parts, run
from aggregator.steps.asking import LEASE
from aggregator.steps.take_down import take_down
from aggregator.store import (
    alarms,
    articles,
    asked,
    entries,
    pages,
    publications,
    renewals,
    revisions,
    sketches,
    takedowns,
)
from aggregator.store.session import Store
from tests.newsdesk import entry_of, feed_of, licensed, told
from tests.steps.parts import parts, words
from tests.steps.press import Press, press
from tests.texts import GLACIER, HARBOUR, SCHOOL
from tests.world import NOW, World, page

PATH = "/news/1"
TITLE = "Breakwater to be rebuilt"
HOUR = timedelta(hours=1)
BEFORE = page(TITLE, *HARBOUR)
FIGURE = BEFORE.replace("60 metres", "90 metres")
MORE = page(TITLE, *HARBOUR, SCHOOL[1])
WALL = page("Just a moment...", "Checking your browser before accessing the site.")


@dataclass
class Stand:
    """An article of a real server, published, and due to be looked at."""

    line: Parts
    press: Press
    id: int
    entry_id: int
    now: list[datetime] = field(default_factory=lambda: [NOW])

    def look(self, after: timedelta = HOUR * 2) -> list[Outcome]:
        """Let time go by, look at the page, and do all that follows; returns the outcomes."""
        self.now[0] += after
        with self.line.store.writing() as session:
            renewals.put_off(session, {self.id: self.now[0]})
        return self.run(Step.RENEW)

    def run(self, step: Step) -> list[Outcome]:
        """Run a step on the article, and what follows."""
        left, ended = [Work(step, self.id)], []
        while left:
            each = left.pop(0)
            done = run(self.line, each.step, [each.id], self.now[0])
            ended += done
            left += [work for end in done for work in end.follows]
        return ended

    @property
    def article(self) -> Article:
        """The article as it stands."""
        with self.line.store.reading() as session:
            found = articles.get(session, self.id)
            assert found is not None
            return found

    @property
    def text(self) -> str:
        """Its newest text."""
        with self.line.store.reading() as session:
            found = revisions.text(session, self.id)
            assert found is not None
            return found.text

    @property
    def publication(self) -> Publication:
        """What is shown of it."""
        with self.line.store.reading() as session:
            found = publications.by_article(session, self.id)
            assert found is not None
            return found

    def kinds(self) -> list[str]:
        """Return the kinds of its versions."""
        with self.line.store.reading() as session:
            return [each.kind for each in revisions.history(session, self.id)]

    def pages(self) -> int:
        """Return how many pages are kept for it."""
        with self.line.store.reading() as session:
            return len(pages.of_entries(session, [self.entry_id]))


@pytest.fixture
def site() -> Iterator[Press]:
    """Give the server of an outlet."""
    with press() as told:
        yield told


@pytest.fixture
def stand(store: Store, tmp_path: Path, site: Press) -> Stand:
    """Publish an article of that server by the whole line, over real HTTP."""
    clock = [NOW]
    web = HttpWeb(HttpSettings("Aggregator/test (+https://site.example)", allow_loopback=True), lambda: clock[0])
    line = parts(store, tmp_path, World())
    line = replace(line, fetcher=replace(line.fetcher, web=web))
    site.says("/robots.txt", "User-agent: *\nDisallow:\n")
    site.says(PATH, BEFORE, '"1"')
    feed = feed_of(store, licensed(store))
    entry = entry_of(store, feed, site.url + PATH, TITLE, published=NOW - HOUR)
    for step in (Step.FETCH, Step.EXTRACT, Step.GATHER):
        run(line, step, [entry.id], NOW)
    with store.reading() as session:
        found = entries.get(session, entry.id)
        assert found is not None
        assert found.article_id is not None
    run(line, Step.PUBLISH, [found.article_id], NOW)
    return Stand(line, site, found.article_id, entry.id, clock)


def test_a_page_that_did_not_change_is_asked_conditionally_and_answered_304(stand: Stand):
    ended = stand.look()
    assert [(end.word, end.reason) for end in ended] == [("unchanged", "304 not modified")]
    assert stand.press.of(PATH) == [("", 200), ('"1"', 304)]
    article = stand.article
    assert (article.checks, article.checked_at) == (1, stand.now[0])
    assert article.check_at is not None
    assert article.check_at > stand.now[0]
    assert stand.pages() == 1


def test_the_same_bytes_without_validators_are_no_change_either(stand: Stand):
    stand.press.says(PATH, BEFORE)
    assert [(end.word, end.reason) for end in stand.look()] == [("unchanged", "the same bytes")]
    assert stand.pages() == 1


def test_looks_are_counted_among_what_was_asked_of_a_host(stand: Stand):
    stand.look()
    stand.press.says(PATH, "oops", status=503)
    stand.look()
    with stand.line.store.reading() as session:
        (day,) = [each for each in asked.of_host(session, stand.press.url[7:], NOW.date()) if each.kind == "page"]
    assert (day.requests, day.unchanged, day.failed) == (3, 1, 1)


def test_an_edit_becomes_a_version_and_goes_out(stand: Stand):
    stand.press.says(PATH, MORE, '"2"')
    assert words(stand.look()) == ["fetched", "revised", "published"]
    assert stand.kinds() == ["first", "update"]
    assert SCHOOL[1] in stand.text
    assert SCHOOL[1] in stand.publication.text
    assert stand.publication.updated == stand.now[0]
    assert (stand.article.version, stand.article.checks) == (2, 0)
    with stand.line.store.reading() as session:
        first = revisions.versions(session, stand.id, [1])[1]
        kept = pages.get(session, stand.article.page_id or 0)
    assert first.text.splitlines() == list(HARBOUR)
    assert kept is not None
    assert stand.line.blobs.get(kept.blob) == MORE.encode()
    assert words(stand.look()) == ["unchanged"]
    assert stand.press.of(PATH)[-1] == ('"2"', 304)


def test_a_correction_is_told_in_words_of_its_own_but_not_in_the_outcome(stand: Stand):
    stand.press.says(PATH, FIGURE)
    ended = stand.look()
    assert ended[1].reason == "version 2: correction"
    with stand.line.store.reading() as session:
        assert revisions.history(session, stand.id)[-1].note == "1 sentence changed; 60 → 90"


def test_a_minor_change_goes_out_but_is_no_news_to_readers(stand: Stand):
    before = stand.publication.updated
    stand.press.says(PATH, BEFORE.replace("hollow spaces", "hollow  space s"))
    assert words(stand.look()) == ["fetched", "revised", "published"]
    assert stand.kinds() == ["first", "minor"]
    assert "hollow space s" in stand.publication.text
    assert stand.publication.updated == before


def test_other_bytes_with_the_same_article_are_no_version_and_are_not_kept(stand: Stand):
    stand.press.says(PATH, BEFORE.replace("All rights", "Seen at 10:31. All rights"), '"2"')
    assert words(stand.look()) == ["fetched", "unchanged"]
    assert stand.kinds() == ["first"]
    assert (stand.pages(), stand.article.checks) == (1, 1)
    assert words(stand.look()) == ["unchanged"]
    assert stand.press.of(PATH)[-1] == ('"2"', 304)
    assert stand.line.blobs.get(_blob(stand)) == BEFORE.encode()


def _blob(stand: Stand) -> str:
    with stand.line.store.reading() as session:
        return pages.of_entries(session, [stand.entry_id])[0].blob


@pytest.mark.parametrize(
    ("body", "reason"),
    [(WALL, "challenge"), (page(TITLE, "Gone to press."), "too-short"), ("<html></html>", "too-short")],
)
def test_a_page_that_is_no_article_any_more_leaves_the_last_good_text(stand: Stand, body: str, reason: str):
    stand.press.says(PATH, body)
    ended = stand.look()
    assert words(ended) == ["fetched", "kept"]
    assert ended[1].reason.startswith(reason)
    assert stand.text.splitlines() == list(HARBOUR)
    assert stand.kinds() == ["first"]
    stand.press.says(PATH, BEFORE)
    assert words(stand.look()) == ["fetched", "unchanged"]
    stand.press.says(PATH, MORE)
    assert words(stand.look()) == ["fetched", "revised", "published"]


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_failure_changes_nothing_but_the_time_of_the_next_look_and_that_grows(stand: Stand, status: int):
    stand.press.says(PATH, "oops", status=status)
    waits = []
    for _ in range(3):
        assert words(stand.look(HOUR * 6)) == ["later"]
        assert stand.article.check_at is not None
        waits.append(stand.article.check_at - stand.now[0])
    assert waits == sorted(set(waits))
    assert stand.text.splitlines() == list(HARBOUR)
    assert stand.publication.state == "live"


def test_a_wish_to_be_asked_later_is_kept(stand: Stand):
    stand.press.headers["Retry-After"] = "172800"
    stand.press.says(PATH, "busy", status=429)
    stand.look()
    assert stand.article.check_at == stand.now[0] + timedelta(days=2)


@pytest.mark.parametrize("status", [410, 451])
def test_what_its_publisher_withdraws_is_withheld_at_once(stand: Stand, status: int):
    stand.press.says(PATH, "gone", status=status)
    ended = stand.look()
    assert words(ended) == ["gone", "withheld"]
    assert ended[0].reason == f"its publisher has withdrawn it: the server answered {status}"
    assert (stand.publication.state, stand.publication.text) == ("withdrawn", "")
    assert stand.publication.reason == f"withdrawn by its publisher ({stand.now[0]:%Y-%m-%d})"
    assert (stand.article.gone_at, stand.article.check_at) == (stand.now[0], None)


def test_a_404_is_believed_when_it_is_confirmed_after_6_and_24_hours(stand: Stand):
    stand.press.says(PATH, "", status=404)
    ends = []
    for after in (HOUR, HOUR * 6, HOUR * 18):
        ends.append(words(stand.look(after)))
        assert (stand.article.gone_at is None) == (len(ends) < 3)
        if len(ends) < 3:
            assert stand.publication.state == "live"
    assert ends == [["later"], ["later"], ["gone", "withheld"]]


def test_a_404_that_passes_was_none(stand: Stand):
    stand.press.says(PATH, "", status=404)
    stand.look(HOUR)
    assert stand.article.check_at == stand.now[0] + HOUR * 6
    stand.press.says(PATH, BEFORE, '"1"')
    assert words(stand.look(HOUR * 6)) == ["unchanged"]
    stand.press.says(PATH, "", status=404)
    stand.look(HOUR * 18)
    assert stand.article.gone_at is None
    assert words(stand.look(HOUR * 6)) == ["later"]


def test_what_robots_txt_has_come_to_forbid_is_not_asked(stand: Stand):
    stand.press.says("/robots.txt", "User-agent: *\nDisallow: /\n")
    ended = stand.look(timedelta(days=2))
    assert [(end.word, end.reason) for end in ended] == [("refused", "robots.txt does not allow it")]
    assert len(stand.press.of(PATH)) == 1
    assert stand.article.check_at is not None


def test_an_article_that_is_not_due_or_held_by_another_is_left_alone(stand: Stand):
    assert words(run(stand.line, Step.RENEW, [stand.id], NOW)) == ["not_due"]
    now = NOW + HOUR
    with stand.line.store.writing() as session:
        renewals.put_off(session, {stand.id: now})
        assert renewals.lease(session, [stand.id], now, LEASE) != []
    assert words(run(stand.line, Step.RENEW, [stand.id], now)) == ["not_due"]
    with stand.line.store.reading() as session:
        assert renewals.due(session, now, 10, 10) == []
        assert [work.id for work in renewals.due(session, now + LEASE, 10, 10)] == [stand.id]
    assert words(run(stand.line, Step.RENEW, [stand.id], now + LEASE)) == ["unchanged"], "a dead worker costs one lease"


def test_a_sweep_finds_what_is_to_be_looked_at_and_what_is_to_be_read_anew(stand: Stand):
    now = NOW + HOUR
    with stand.line.store.writing() as session:
        renewals.put_off(session, {stand.id: now})
        renewals.want_revised(session, [stand.id], "rules", now)
    later = now + timedelta(minutes=1)
    found = {(work.step, work.id) for work in run(stand.line, Step.SWEEP, [], later)[0].follows}
    assert {(Step.RENEW, stand.id), (Step.REVISE, stand.id)} <= found


def test_an_edit_told_by_the_feed_brings_the_next_look_forward(stand: Stand):
    now = NOW + HOUR
    with stand.line.store.writing() as session:
        renewals.put_off(session, {stand.id: NOW + timedelta(days=3)})
    _edit(stand, now)
    assert stand.article.check_at == now + timedelta(minutes=5)
    with stand.line.store.writing() as session:
        renewals.put_off(session, {stand.id: None})
    _edit(stand, now)
    assert stand.article.check_at is None, "what is not looked at any more stays alone"


def _edit(stand: Stand, at: datetime) -> None:
    with stand.line.store.writing() as session:
        entry = entries.get(session, stand.entry_id)
        assert entry is not None
        entries.edit(
            session, [(entry.id, identity.item(told(entry.url, "Another headline"), entry.url_key, entry.host), at)]
        )


def test_a_revised_text_that_a_takedown_names_is_refused_and_the_article_withdrawn(stand: Stand):
    text = "\n".join(GLACIER)
    drawn = sketch("A core", text, "en")
    with stand.line.store.writing() as session:
        number = takedowns.add(session, Scope.ARTICLE, "https://elsewhere.example/1", "asked for", "", NOW)
        blocks = [Block(BlockKind.TEXT, "f" * 32, pack(drawn.shingles))]
        takedowns.block(session, number, blocks + [Block(BlockKind.SHINGLE, str(fp)) for fp in drawn.sample])
    stand.press.says(PATH, page("A core", *GLACIER))
    ended = stand.look()
    assert words(ended) == ["fetched", "refused", "withheld"]
    assert ended[1].reason.startswith(f"takedown {number}: ")
    assert (stand.article.state, stand.article.title, stand.text) == ("removed", "", "")
    assert stand.publication.state == "withdrawn"
    assert stand.pages() == 0
    assert words(stand.look()) == ["not_due"]


def test_what_was_taken_down_is_never_looked_at_or_revised(stand: Stand):
    stand.press.says(PATH, MORE)
    with stand.line.store.writing() as session:
        renewals.want_revised(session, [stand.id], "rules", NOW)
    take_down(stand.line.store, stand.line.blobs, NOW, stand.article.key, "asked for", "")
    assert words(stand.look()) == ["not_due"]
    assert words(stand.run(Step.REVISE)) == ["not_due"]
    assert len(stand.press.of(PATH)) == 1


@pytest.mark.parametrize("by_text", [False, True])
def test_an_article_taken_down_while_its_page_is_on_its_way_keeps_nothing_of_it(stand: Stand, by_text: bool):
    def down() -> None:
        if by_text:  # as gathering does with a copy of what was taken down
            with stand.line.store.writing() as session:
                articles.remove(session, [stand.id])
        else:
            take_down(stand.line.store, stand.line.blobs, NOW, stand.article.key, "asked for", "")

    class Late:
        """The network, during whose answer the article is taken down."""

        def visit(self, visits: Iterable[Visit]) -> Iterator[tuple[Request, Answer | AggregatorError]]:
            for each in stand.line.fetcher.web.visit(visits):
                down()
                yield each

    stand.press.says(PATH, MORE)
    late = replace(stand.line, fetcher=replace(stand.line.fetcher, web=Late()))
    with stand.line.store.writing() as session:
        renewals.put_off(session, {stand.id: NOW + HOUR})
    (ended,) = run(late, Step.RENEW, [stand.id], NOW + HOUR)
    assert ended.word == "refused"
    assert ended.reason.startswith("it was taken down" if by_text else "takedown 1: its address")
    assert stand.pages() == by_text, "the first page is left to the takedown"
    with pytest.raises(AggregatorError):
        stand.line.blobs.get(hashlib.sha256(MORE.encode()).hexdigest())


def test_a_reader_that_fails_for_the_house_gives_the_article_back(stand: Stand):
    stand.press.says(PATH, MORE)
    stand.now[0] += HOUR
    with stand.line.store.writing() as session:
        renewals.put_off(session, {stand.id: stand.now[0]})
    run(stand.line, Step.RENEW, [stand.id], stand.now[0])

    def broken(*_: object, **__: object) -> Extraction:
        raise TryLater("the blob store is away")

    with pytest.raises(TryLater):
        run(
            replace(stand.line, extractor=replace(stand.line.extractor, read=broken)),
            Step.REVISE,
            [stand.id],
            stand.now[0],
        )
    assert words(stand.run(Step.REVISE)) == ["revised", "published"]


def test_a_page_that_takes_its_worker_down_twice_leaves_the_article_as_it_is(stand: Stand):
    now = NOW + HOUR
    with stand.line.store.writing() as session:
        renewals.want_revised(session, [stand.id], "page", now)
    for _ in range(2):  # two workers take it, and die
        with stand.line.store.writing() as session:
            assert renewals.lease_revise(session, [stand.id], now, LEASE) != []
        assert words(run(stand.line, Step.REVISE, [stand.id], now)) == ["not_due"]
        now += LEASE
    ended = run(stand.line, Step.REVISE, [stand.id], now)
    assert [(end.word, end.reason) for end in ended] == [
        ("kept", "the parser did not come back from its page (2 tries)")
    ]
    assert words(run(stand.line, Step.REVISE, [stand.id], now)) == ["not_due"]


def _better(line: Parts) -> Parts:
    """Return the line with another reader, which leaves the last paragraph out."""
    read = line.extractor.read

    def shorter(*given: Any, **named: Any) -> Extraction:
        found = read(*given, **named)
        return replace(found, text=found.text.rpartition("\n")[0])

    return replace(line, extractor=replace(line.extractor, read=shorter, version="better"))


def test_better_rules_make_a_version_that_is_no_news_and_no_edit(stand: Stand):
    better = _better(stand.line)
    before = stand.publication.updated
    with stand.line.store.writing() as session:
        renewals.want_revised(session, [stand.id], "rules", NOW)
    ended = run(better, Step.REVISE, [stand.id], NOW)
    assert [(end.word, end.reason) for end in ended] == [("revised", "version 2: rules")]
    run(better, Step.PUBLISH, [stand.id], NOW)
    assert stand.text.splitlines() == list(HARBOUR[:3])
    assert stand.publication.updated == before
    assert words(run(better, Step.REVISE, [stand.id], NOW)) == ["not_due"]


def test_an_edit_read_by_better_rules_is_told_apart_from_what_the_rules_changed(stand: Stand):
    stand.line = _better(stand.line)
    stand.press.says(PATH, BEFORE.replace("All rights", "Seen at 10:31. All rights"))
    assert words(stand.look()) == ["fetched", "revised", "published"]
    assert stand.kinds() == ["first", "rules"]
    stand.press.says(PATH, FIGURE)
    stand.look()
    assert stand.kinds() == ["first", "rules", "correction"]


def test_the_sketch_is_that_of_the_newest_text(stand: Stand):
    def drawn() -> Sketch:
        with stand.line.store.reading() as session:
            return sketches.several(session, [stand.id])[stand.id]

    before = drawn()
    stand.press.says(PATH, MORE)
    stand.look()
    assert drawn() == sketch(TITLE, stand.text, "en")
    assert drawn() != before


def test_an_address_that_leads_to_another_article_now_changes_nothing(stand: Stand):
    stand.press.says("/news/2", page("A core of ice", *GLACIER))
    stand.press.headers["Location"] = "/news/2"
    stand.press.says(PATH, "", status=301)
    ended = stand.look()
    assert words(ended) == ["fetched", "kept"]
    assert ended[1].reason == f"its address leads to another article now: {stand.press.url}/news/2"


@pytest.mark.parametrize("raised", [False, True])
def test_while_a_source_is_read_wrongly_a_text_that_lost_half_of_its_words_is_not_taken(stand: Stand, raised: bool):
    if raised:
        with stand.line.store.writing() as session:
            alarms.begin(session, {stand.article.source_id: [Alarm(AlarmKind.LENGTH, "too short")]}, NOW)
    stand.press.says(PATH, page(TITLE, HARBOUR[0], "A line that makes it long enough to be an article of its own."))
    ended = stand.look()
    assert words(ended)[1] == ("kept" if raised else "revised")
    assert (stand.text.splitlines() == list(HARBOUR)) == raised
    assert ended[1].reason.startswith("the last good text is kept" if raised else "version 2: update")
