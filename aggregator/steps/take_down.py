"""Take down: withdraw an article and its copies everywhere, empty them, and keep them from coming back."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from aggregator.core.article import Article
from aggregator.core.entry import Entry, EntryStatus
from aggregator.core.errors import Refused
from aggregator.core.outcome import Outcome, Step, Word, Work
from aggregator.core.readers import Blobs
from aggregator.core.sketch import pack
from aggregator.core.takedown import TAKEDOWN, Block, BlockKind, Scope, TakedownState
from aggregator.core.url import disguises, key, normal
from aggregator.store import (
    aliases,
    article_groups,
    articles,
    entries,
    entry_queue,
    outcomes,
    pages,
    publications,
    sightings,
    sketches,
    stories,
    takedowns,
)
from aggregator.store.entry_queue import Settled
from aggregator.store.session import Session, Store


@dataclass(frozen=True, slots=True)
class Plan:
    """What a takedown reaches: shown before it is done, kept afterwards as evidence."""

    target: str
    articles: tuple[str, ...] = field(default=())
    titles: tuple[str, ...] = field(default=())
    urls: tuple[str, ...] = field(default=())
    outlets: tuple[str, ...] = field(default=())
    entries: int = 0
    pages: int = 0
    live: int = 0


def plan(store: Store, target: str) -> Plan:
    """Return what taking down `target` (an article's key, id or any of its addresses) would reach; changes nothing."""
    with store.reading() as session:
        return _plan(session, target, _targets(session, target))


def take_down(store: Store, blobs: Blobs, now: datetime, target: str, reason: str, requester: str) -> tuple[int, Plan]:
    """Take an article down with all its copies; returns the takedown's number and what it reached.

    The blocks are in force, and the publications withdrawn, when the first transaction ends; what is left of a run that
    was cut short is finished by `finish`. A target that we do not hold is blocked all the same.
    """
    if not reason.strip():
        raise Refused("a takedown needs a reason; give it with --reason")
    with store.writing() as session:
        found = _held(session, target)
        reached = _plan(session, target, found)
        if not found and not _addresses(target):
            raise Refused(f"no article is known as {target!r}, and it is no address; see `aggregator articles list`")
        number = takedowns.add(session, Scope.ARTICLE, target, reason, requester, now)
        takedowns.block(session, number, _blocks(session, target, found))
        _withdraw(session, found, _told(session, target, found), number, now)
        takedowns.set_evidence(session, number, json.dumps({**asdict(reached), "titles": []}))
    finish(store, blobs, now, number)
    return number, reached


def finish(store: Store, blobs: Blobs, now: datetime, number: int) -> Outcome:
    """Do what is left to do of a takedown: empty what came in by another door meanwhile, and delete stored pages."""
    with store.writing() as session:
        takedown = takedowns.get(session, number)
        if takedown is None or takedown.state is not TakedownState.ACTIVE:
            return _ended(session, Outcome(Step.TAKE_DOWN, number, Word.NOT_DUE), now)
        found = _held(session, takedown.target)
        told = _told(session, takedown.target, found)
        _withdraw(session, found, told, number, now)
        orphans = pages.remove(session, [page.id for page in pages.of_entries(session, [each.id for each in told])])
    for blob in orphans:
        blobs.delete(blob)
    with store.writing() as session:
        evidence = json.loads(takedown.evidence or "{}")
        evidence["blobs"] = sorted({*evidence.get("blobs", ()), *orphans})
        takedowns.set_evidence(session, number, json.dumps(evidence), done_at=now)
        return _ended(session, Outcome(Step.TAKE_DOWN, number, Word.REMOVED, takedown.reason), now)


def lift(store: Store, now: datetime, number: int, why: str) -> Outcome:
    """Let a takedown no longer hold; what it removed or kept out is fetched anew, since its text is gone.

    What another takedown in force names as well stays down.
    """
    if not why.strip():
        raise Refused("lifting a takedown needs a reason; give it with --why")
    with store.writing() as session:
        takedown = takedowns.get(session, number)
        if takedown is None or not takedowns.lift(session, number, why, now):
            raise Refused(f"takedown {number} does not exist or does not hold any more; see `aggregator takedown list`")
        held = _held(session, takedown.target)
        found = [article for article in held if not _forbidden(session, article.url)]
        told = {entry.id: entry for entry in _told(session, takedown.target, held) if entry.reason.startswith(TAKEDOWN)}
        told |= {entry.id: entry for entry in entries.of_articles(session, _ids(found))}
        told |= {entry.id: entry for entry in entries.refused_by(session, number)}
        again = [entry for entry in told.values() if not _forbidden(session, entry.url)]
        reason = f"takedown {number} was lifted: {why}"
        entry_queue.settle(session, [Settled(entry.id, EntryStatus.DUE, entry.seen_at, reason) for entry in again])
        gone = {*_ids(found), *(entry.article_id for entry in again if entry.article_id is not None)}
        articles.release_names(session, sorted(gone))
        publications.retire(session, sorted(gone))
        follows = [Work(Step.FETCH, entry.id, entry.host) for entry in again]
        return _ended(session, Outcome(Step.TAKE_DOWN, number, Word.RESTORED, why, tuple(follows)), now)


def _forbidden(session: Session, url: str) -> bool:
    """Whether a takedown in force names an address under any of its disguises."""
    return bool(takedowns.of_urls(session, list(disguises(url))))


def _ids(found: Sequence[Article]) -> list[int]:
    return [article.id for article in found]


def _addresses(target: str) -> list[str]:
    """Return every key under which the address `target` may come back; empty when it is no address."""
    if "://" not in target:
        return []
    try:
        return sorted({key(target), *disguises(normal(target))})
    except Refused:
        return []


def _targets(session: Session, target: str) -> list[Article]:
    """Return the article that is meant and every copy of it."""
    meant = [*articles.at_url_keys(session, _addresses(target))]
    named = articles.by_key(session, target.rsplit("/", 1)[-1].lower())
    if named is None and target.isdigit():
        named = articles.get(session, int(target))
    if named is not None:
        meant.append(named)
    roots = {article.root_id for article in meant}
    return [member for root in sorted(roots) for member in article_groups.members(session, root)]


def _held(session: Session, target: str) -> list[Article]:
    """Return what is meant while nobody can join anything with it (see gather) or publish it (articles come first)."""
    stories.lock(session)
    found = _targets(session, target)
    articles.held(session, _ids(found))
    return found


def _plan(session: Session, target: str, found: Sequence[Article]) -> Plan:
    told = _told(session, target, found)
    seen = [sighting for article in found for sighting in sightings.of_group(session, article.id)]
    live = [publications.by_article(session, article.id) for article in found]
    return Plan(
        target=target,
        articles=tuple(article.key for article in found),
        titles=tuple(article.title for article in found),
        urls=tuple(sorted({article.url for article in found} | {entry.url for entry in told})),
        outlets=tuple(sorted({sighting.source_name for sighting in seen})),
        entries=len(told),
        pages=len(pages.of_entries(session, [entry.id for entry in told])),
        live=sum(1 for each in live if each is not None and each.state == "live"),
    )


def _names(session: Session, target: str, found: Sequence[Article]) -> list[str]:
    """Return every key under which the articles were had, or may come back."""
    names = {*_addresses(target), *aliases.of_articles(session, _ids(found))}
    for article in found:
        names |= {article.url_key, *disguises(article.url)}
    for entry in entries.of_articles(session, _ids(found)):
        names |= {entry.url_key, *disguises(entry.url)}
    return sorted(names)


def _told(session: Session, target: str, found: Sequence[Article]) -> list[Entry]:
    """Return the entries that led to the articles, and those at their addresses that led to none.

    One that was put aside holds words of the article as well: its headline, its page, and a reason that quotes it.
    """
    told = {entry.id: entry for entry in entries.of_articles(session, _ids(found))}
    beside = entries.at_urls(session, _names(session, target, found))
    return list((told | {entry.id: entry for entry in beside if entry.article_id is None}).values())


def _blocks(session: Session, target: str, found: Sequence[Article]) -> list[Block]:
    names = _names(session, target, found)
    blocks = [Block(BlockKind.URL, name) for name in names]
    earlier = {block.takedown_id for block in takedowns.of_urls(session, names)}
    blocks += takedowns.texts_of(session, earlier)  # the words themselves are gone: know them by what was kept
    drawn = sketches.several(session, _ids(found))
    for article in found:
        if article.text_hash and article.id in drawn:
            sketch = drawn[article.id]
            blocks.append(Block(BlockKind.TEXT, article.text_hash, pack(sketch.shingles)))
            blocks += [Block(BlockKind.SHINGLE, str(fp)) for fp in sketch.sample]
    return blocks


def _withdraw(session: Session, found: Sequence[Article], told: Sequence[Entry], number: int, now: datetime) -> None:
    """Withdraw and empty articles and entries, and all that was said of how their runs ended."""
    ids, why = _ids(found), f"{TAKEDOWN}{number}"
    entry_ids = [entry.id for entry in told]
    entries.empty(session, entry_ids, why, now)
    outcomes.hush(session, entry_ids, ids, why)
    if not ids:
        return
    publications.withdraw(session, ids, why, now)
    articles.remove(session, ids)
    sketches.remove(session, ids)
    stories.remove_terms(session, ids)
    stories.recount(session, {article.story_id for article in found if article.story_id is not None})


def _ended(session: Session, outcome: Outcome, at: datetime) -> Outcome:
    outcomes.record(session, [outcome], at)
    return outcome
