"""Placing: which story each article of a batch belongs to, worked out in memory and written at once.

The articles come in turn, as though each were gathered alone: one finds the stories of those before it, and their words
are counted for it, though nothing of that is stored yet. What the database knows is asked for all of them together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.core import story
from aggregator.core.article import Article, ArticleState
from aggregator.steps.joining import Turn
from aggregator.store import article_groups, revisions, stories, story_terms
from aggregator.store.session import Session
from aggregator.store.story_terms import Window

RARE_TERMS = 8
NEAR_MOST = 500  # stories that are weighed for one article
_NEW = 2**62  # stories without an id as yet are numbered from here on: above all ids, in the order of their making


@dataclass(slots=True)
class _Wish:
    """An article that is to get a story: the rarest words it shares with others at its turn, and stored stories near.

    `near` says how often these words occur in each story, articles that are held in memory aside.
    """

    article: Article
    own: dict[int, float]
    window: Window
    rare: frozenset[int] = frozenset()
    near: Mapping[int, int] = field(default_factory=dict)

    def sees(self, at: datetime) -> bool:
        """Whether a time is within the window."""
        return self.window[0] <= at <= self.window[1]


def place(
    session: Session, held: Mapping[int, Article], joined: Mapping[int, Article], turns: Sequence[Turn]
) -> set[int]:
    """Store the groups and stories of articles; returns those with which an article of the batch now shares a story.

    `held` are the articles as they are stored and `joined` the same after the batch was joined, turn by turn.
    """
    placing = _Placing(session, held, _wishes(session, held, turns))
    for turn in turns:
        placing.restory(turn)
        placing.take(turn)
    return placing.save(joined)


def _wishes(session: Session, held: Mapping[int, Article], turns: Sequence[Turn]) -> list[_Wish]:
    """Return the articles that are canonical at their turn, while no member of their group is in a story."""
    storied = {article.id for article in held.values() if article.story_id is not None}
    wanting: list[int] = []
    for turn in turns:
        if storied.intersection(turn.members):
            storied = storied.difference(turn.members) | {turn.root}
        if turn.root == turn.article_id and turn.article_id not in storied:
            storied.add(turn.article_id)
            wanting.append(turn.article_id)
    texts = revisions.texts(session, wanting) if wanting else {}
    return [_wish(held[each], texts[each].text if each in texts else "") for each in wanting]


def _wish(article: Article, text: str) -> _Wish:
    own = {story.term_key(term): weight for term, weight in story.terms(article.title, text).items()}
    return _Wish(article, own, (article.effective_at - story.WINDOW, article.effective_at + story.WINDOW))


class _Placing:
    """The stories that a batch touches, as they stand after the turns so far."""

    def __init__(self, session: Session, held: Mapping[int, Article], wishes: Sequence[_Wish]) -> None:
        self.session = session
        self.held = held
        self.wishes = {wish.article.id: wish for wish in wishes}
        self.story = {article.id: article.story_id for article in held.values() if article.story_id is not None}
        self.told = story_terms.terms_of(session, self.story) if self.story else {}
        self.placed: list[_Wish] = []
        self.new: dict[int, Article] = {}
        self.grown: set[int] = set()
        self.recounted: set[int] = set()
        self.frequency: dict[Window, dict[int, int]] = {}
        self.total: dict[Window, int] = {}
        self.there = stories.ids_of(session, [wish.article.key for wish in wishes]) if wishes else {}
        self.members: dict[int, dict[int, dict[int, float]]] = {}
        self._look_around(wishes)

    def _look_around(self, wishes: Sequence[_Wish]) -> None:
        """Ask the database for what the turns are likely to need: how rare words are, which stories are near."""
        self._count([(wish.window, wish.own) for wish in wishes])
        for place, wish in enumerate(wishes):
            frequency = self._frequency(wish, wish.own, wishes[:place])
            shared = sorted((term for term in wish.own if frequency[term]), key=lambda term: (frequency[term], term))
            wish.rare = frozenset(shared[:RARE_TERMS])
        mine = list(self.story)
        asking = [wish for wish in wishes if any(self.frequency[wish.window][term] for term in wish.rare)]
        found = story_terms.with_terms(self.session, [(wish.window, wish.rare) for wish in asking], mine)
        for wish, near in zip(asking, found, strict=True):
            wish.near = near
        known = {each for wish in wishes for each in _nearest(wish.near)}
        known |= {*self.story.values(), *self.there.values()}
        if known:
            self.members = story_terms.members_terms(self.session, known, mine)
        self._count(self._likely(wishes), weighed=True)

    def _likely(self, wishes: Sequence[_Wish]) -> list[tuple[Window, Iterable[int]]]:
        """Return the words of stored stories near each article, and of those in the batch that share its rare ones."""
        found: list[tuple[Window, Iterable[int]]] = []
        for place, wish in enumerate(wishes):
            near = [self.members.get(each, {}) for each in _nearest(wish.near)]
            kin = [other.own for other in wishes[:place] if wish.rare & other.own.keys()]
            if near or kin:
                found += [(wish.window, terms) for members in near for terms in members.values()]
                found += [(wish.window, terms) for terms in (wish.own, *kin)]
        return found

    def _count(self, wanted: Iterable[tuple[Window, Iterable[int]]], *, weighed: bool = False) -> None:
        """Learn how often words are stored in their windows, and with `weighed` how many articles these have."""
        missing: dict[Window, set[int]] = {}
        for window, terms in wanted:
            known = self.frequency.setdefault(window, {})
            missing.setdefault(window, set()).update(term for term in terms if term not in known)
        unknown = {window: terms for window, terms in missing.items() if terms}
        for window, found in story_terms.frequencies(self.session, unknown).items():
            self.frequency[window] |= dict.fromkeys(unknown[window], 0) | found
        if weighed:
            self.total |= story_terms.articles_between(
                self.session, [each for each in missing if each not in self.total]
            )

    def _frequency(self, wish: _Wish, terms: Iterable[int], placed: Iterable[_Wish]) -> dict[int, int]:
        """Return in how many articles of its window each word occurs, counting those that the batch has placed."""
        known = self.frequency[wish.window]
        counted = {term: known[term] for term in terms}
        for other in placed:
            if wish.sees(other.article.effective_at):
                for term in other.own.keys() & counted.keys():
                    counted[term] += 1
        return counted

    def restory(self, turn: Turn) -> None:
        """Let a group stand in one story only: that of its canonical article, else that of any."""
        told = {member: self.story[member] for member in turn.members if member in self.story}
        if told:
            kept = told.get(turn.root, min(told.values()))
            for member in told:
                del self.story[member]
            self.story[turn.root] = kept
            self.recounted |= set(told.values())

    def take(self, turn: Turn) -> None:
        """Put a canonical article into its story, an old one or a new one, unless its group has one."""
        if turn.root != turn.article_id or turn.article_id in self.story:
            return
        wish = self.wishes[turn.article_id]
        near = _nearest(self._near(wish))
        self.placed.append(wish)
        chosen = self._chosen(wish, near) if near else None
        self.story[turn.article_id] = self._begun(wish.article) if chosen is None else chosen
        self.told[turn.article_id] = (wish.article.effective_at, wish.own)
        if chosen is not None:
            self.grown.add(chosen)

    def _begun(self, article: Article) -> int:
        """Return the story that an article begins: a new one, or one of its name, taken up again."""
        if article.key in self.there:
            self.grown.add(self.there[article.key])
            return self.there[article.key]
        number = _NEW + len(self.new)
        self.new[number] = article
        return number

    def _near(self, wish: _Wish) -> Mapping[int, int]:
        """Return how often the rare words of an article occur in stories, with what the batch has changed."""
        near = Counter(wish.near)
        for article_id, story_id in self.story.items():
            at, terms = self.told.get(article_id, (None, {}))
            if at and wish.sees(at) and self.held[article_id].state is ArticleState.LIVE:
                near[story_id] += len(wish.rare & terms.keys())
        return +near

    def _chosen(self, wish: _Wish, near: Sequence[int]) -> int | None:
        """Return the story among those near to which an article belongs, weighing every word by how rare it is."""
        members = {each: dict(self.members.get(each, {})) for each in near}
        for article_id, story_id in self.story.items():
            if story_id in members and article_id in self.told:
                members[story_id][article_id] = self.told[article_id][1]
        every = {term for told in members.values() for terms in told.values() for term in terms} | wish.own.keys()
        self._count([(wish.window, every)], weighed=True)
        frequency = self._frequency(wish, every, self.placed)  # the article's own words are counted in it already
        total = self.total[wish.window]
        vectors = {
            story_id: [story.vector(terms, frequency, total) for terms in told.values()]
            for story_id, told in members.items()
        }
        return story.choose(story.vector(wish.own, frequency, total), vectors)[0]

    def save(self, joined: Mapping[int, Article]) -> set[int]:
        """Store words, stories, and where the articles stand; returns the articles of the stories that have grown."""
        told = [(wish.article.id, wish.own, wish.article.effective_at) for wish in self.placed]
        story_terms.add(self.session, told)
        made = [(article.key, article.title, article.effective_at) for article in self.new.values()]
        id_of = stories.add_several(self.session, made)
        ids = {number: id_of[article.key] for number, article in self.new.items()}
        story_of = {article_id: ids.get(number, number) for article_id, number in self.story.items()}
        standing = [replace(article, story_id=story_of.get(article.id)) for article in joined.values()]
        article_groups.put(self.session, [article for article in standing if article != self.held[article.id]])
        members = stories.recount(self.session, {ids.get(number, number) for number in self.recounted | self.grown})
        return {each for grown in self.grown for each in members.get(ids.get(grown, grown), ())}


def _nearest(near: Mapping[int, int]) -> list[int]:
    """Return stories, most shared words first."""
    return sorted(near, key=lambda each: (-near[each], each))[:NEAR_MOST]
