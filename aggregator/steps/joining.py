"""Joining: which articles of a batch are copies of each other or of stored ones, worked out in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aggregator.core.article import Article, ArticleState
from aggregator.core.canonical import Candidate, canonical
from aggregator.core.copies import Match, Relation
from aggregator.core.credits import is_agency
from aggregator.core.entry import Entry, EntryStatus
from aggregator.store.copies import Edge
from aggregator.store.entry_queue import Settled

ENDS = (EntryStatus.ARTICLE, EntryStatus.DUPLICATE)


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one article of the batch: `members` are the group that it joined, none when it found no copy.

    `root` is the canonical one of its group, and `changed` are the articles whose publications change.
    """

    article_id: int
    root: int
    members: tuple[int, ...]
    changed: frozenset[int]


class Groups:
    """The groups that a batch touches, as they stand after the turns so far; nothing is written here.

    `held` are all members of these groups by id, in the order of their ids. `edges` and `settled` (by entry) are what
    is to be stored besides the articles.
    """

    def __init__(self, held: dict[int, Article], told: Iterable[Entry]) -> None:
        self.held = dict(held)
        self.edges: list[Edge] = []
        self.settled: dict[int, Settled] = {}
        self._ended = {entry.id: entry for entry in told if entry.status in ENDS}

    def join(self, article_id: int, found: Sequence[tuple[int, Match]]) -> Turn:
        """Join an article's group with those of its copies under the canonical one of all."""
        self.edges += [Edge(article_id, other, match.relation.value, match.score, match.rule) for other, match in found]
        twins = [other for other, match in found if match.relation is Relation.COPY]
        if not twins:
            return Turn(article_id, self.held[article_id].root_id, (), frozenset({article_id}))
        roots = {self.held[each].root_id for each in (article_id, *twins)}
        members = [member for member in self.held.values() if member.root_id in roots]
        standing = [member for member in members if member.state is ArticleState.LIVE]
        credited = sorted({member.credit for member in standing if member.credit})
        root, reason = canonical([_candidate(member, credited) for member in standing])
        for member in members:
            self.held[member.id] = replace(member, root_id=root, root_reason=reason)
        self._resettle(members, root)
        return Turn(article_id, root, tuple(member.id for member in members), frozenset({*roots, root, article_id}))

    def _resettle(self, members: Sequence[Article], root: int) -> None:
        """Let the entry of the canonical article end as article and those of its copies as duplicates."""
        by_id = {member.id: member for member in members}
        for entry in list(self._ended.values()):
            if entry.article_id not in by_id:
                continue
            first = by_id[entry.article_id].entry_id == entry.id
            ends = EntryStatus.ARTICLE if entry.article_id == root and first else EntryStatus.DUPLICATE
            if ends is not entry.status:
                reason = "" if ends is EntryStatus.ARTICLE else f"a copy of article {by_id[root].key}"
                self._ended[entry.id] = replace(entry, status=ends)
                self.settled[entry.id] = Settled(entry.id, ends, entry.due_at, reason)


def _candidate(article: Article, credited: Sequence[str]) -> Candidate:
    return Candidate(
        id=article.id,
        key=article.key,
        url_key=article.url_key,
        source_id=article.source_id,
        canonical_url=article.canonical_url,
        effective_at=article.effective_at,
        first_seen=article.first_seen,
        words=article.words,
        credit=article.credit,
        is_agency=any(is_agency(article.url_key, each) for each in credited),
    )
