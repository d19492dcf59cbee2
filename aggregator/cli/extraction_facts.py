"""What there is to be said of how the pages of sources are read: the last four weeks, and what is not as usual."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aggregator.core import baseline
from aggregator.core.baseline import Day
from aggregator.store import alarms, baselines
from aggregator.store.alarms import Standing
from aggregator.store.session import Session

DAYS = 28
SHOWN = 5  # sources


def of_source(session: Session, source_id: int, now: datetime) -> dict[str, Any]:
    """Return how the pages of a source were read in four weeks, and its open alarms.

    `words` is the geometric mean of the articles, `titles_agree` the share (0 to 1) of them whose headline is the
    feed's as well, `quarantined` counts the other pages by kind.
    """
    first = (now - timedelta(days=DAYS - 1)).date()
    found = baselines.days(session, [source_id], first).get(source_id, [])
    whole = baseline.summed(found, first)
    standing = alarms.open_of(session, [source_id]).get(source_id, [])
    return {
        "extraction": {
            "days": DAYS,
            "articles": whole.articles,
            "words": round(whole.length),
            "titles_agree": round(whole.agreement, 3),
            "quarantined": _quarantined(whole),
        },
        "alarms": [as_json(each) for each in standing],
    }


def _quarantined(whole: Day) -> dict[str, int]:
    """Return the pages that gave no article by kind, the most frequent first."""
    kinds = Counter(whole.kinds)
    del kinds[baseline.ARTICLE]
    return dict(kinds.most_common())


def as_json(each: Standing) -> dict[str, Any]:
    """Return an alarm as the commands tell it, with what is to be done next."""
    told = {"source": each.slug, "kind": each.alarm.kind.value, "reason": each.alarm.reason, "since": each.since}
    return {**told, "next": next_step(each)}


def next_step(each: Standing) -> str:
    """Return what an operator can do about an alarm."""
    look = f"see one page with `aggregator articles try URL --source {each.slug}`"
    pause = f"pause it with `aggregator sources pause {each.slug}`"
    if each.alarm.kind is baseline.AlarmKind.QUARANTINE:
        listed = f"`aggregator articles list --status quarantined --source {each.slug}` names the pages"
        return f"{listed}; {look}; where it is a wall, {pause}"
    return f"{look}; say what is wrong in `extract` in config/sources.toml, or {pause}"


def worded(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return what `of_source` gives as lines for a person."""
    told = facts["extraction"]
    bad = sum(told["quarantined"].values())
    kinds = ", ".join(f"{number} {kind}" for kind, number in told["quarantined"].items())
    agree = f", {told['titles_agree']:.0%} with the feed's headline" if told["articles"] else ""
    length = f" of usually {told['words']} words" if told["articles"] else ""
    lines = {f"read in {DAYS} days": f"{told['articles']} articles{length}{agree}"}
    if bad:
        lines["quarantined"] = f"{bad} of {bad + told['articles']} pages: {kinds}"
    for each in facts["alarms"]:
        lines[f"alarm: {each['kind']}"] = f"{each['reason']}, since {each['since']:%Y-%m-%d %H:%M}; {each['next']}"
    return lines


def summary(found: Sequence[Mapping[str, Any]], number: int) -> str:
    """Return in a line how many alarms are open and of which sources; `found` are the first of them, `as_json`."""
    by_source: dict[str, list[str]] = {}
    for each in found:
        by_source.setdefault(each["source"], []).append(each["kind"])
    named = [f"{slug} ({', '.join(kinds)})" for slug, kinds in by_source.items()][:SHOWN]
    more = ", …" if number > sum(map(len, list(by_source.values())[:SHOWN])) else ""
    return f"{number} open: {', '.join(named)}{more}" if number else "none"
