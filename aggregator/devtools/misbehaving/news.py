"""The feed underneath: the invented news of the Harbour Sound Courier, in RSS, Atom and HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

NAME = "Harbour Sound Courier"
ABOUT = "News of an invented town, for tests of feed readers"
APART = timedelta(hours=5)  # between a story and the next

_TOLD = (
    ("ferry-timetable", "Ferry timetable changes after pier repairs",
     "The first boat now leaves at 6.10. The repairs at the north pier took eleven weeks and cost 2.4 million crowns."),
    ("oyster-beds", "Oyster beds reopen after clean water tests",
     "Three samples in a row were below the limit, the harbour office said. Growers expect to sell from Friday."),
    ("cafe-zoe", "Café Zoë wins the right to stay on the quay",
     "The court held that the lease of 1987 still binds the town – “a quay without coffee is a wall”, he said."),
    ("school-roof", "School roof to be rebuilt before the winter storms",
     "The council voted 14 to 9 for slate instead of tin. Lessons move to the sailing club until the end of January."),
    ("lighthouse-keeper", "Last lighthouse keeper hands over the keys",
     "After 31 years on the rock, Åse Brunvoll retires. The lamp has been switched from the mainland since spring."),
    ("herring-price", "Herring price falls to €1.10 a kilo",
     "Boats landed twice as much as last year. The cannery has added a night shift, and the ice works is running low."),
    ("library-hours", "Library opens on Sundays for a trial of six months",
     "Readers asked for it in 2,300 letters. Volunteers will run the desk; the reading room closes at five."),
    ("bridge-toll", "Toll on the Sound bridge stays as it is",
     "The operator withdrew its request after the regulator asked for the accounts of the past ten years."),
    ("seal-rescue", "Seal pup found in car park is back at sea",
     "It weighed 19 kilos when it was released at Gull Point. Drivers had stood around it to keep the wind away."),
    ("choir-tour", "Fishermen’s choir turns down a television contract",
     "Rehearsals are on Tuesdays, and on Tuesdays there is no time for television, the members decided."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """An item of a feed; what is None is left out. `content` is HTML; `extra` is markup of the item's own."""

    guid: str | None
    title: str
    link: str | None
    summary: str
    published: datetime | None
    content: str | None = None
    extra: str = ""


def stories(origin: str, now: datetime, count: int, first: int = 0) -> list[Story]:
    """Return `count` stories, the newest first and an hour old at `now`; numbers beyond the ten told repeat them."""
    return [_story(origin, now, number) for number in range(first, first + count)]


def _story(origin: str, now: datetime, number: int) -> Story:
    part, place = divmod(number, len(_TOLD))
    slug, title, summary = _TOLD[place]
    if part:
        slug, title = f"{slug}-{part + 1}", f"{title} (part {part + 1})"
    link = f"{origin}/news/{slug}"
    return Story(link, title, link, summary, now - timedelta(hours=1) - number * APART)


def newer(origin: str, now: datetime, number: int) -> Story:
    """Return the `number`th story (from 1) that came in after the others; all of them differ."""
    link = f"{origin}/news/late-{number}"
    summary = f"The harbour office sent notice number {number} to all skippers; it concerns the buoys off Gull Point."
    return Story(link, f"Notice to skippers no. {number}", link, summary, now - timedelta(minutes=50) / (number + 1))


def rss(told: Sequence[Story], origin: str, channel: str = "", attributes: str = "") -> bytes:
    """Return an RSS 2.0 document in UTF-8."""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"{attributes}>\n<channel>\n'
        f"<title>{NAME}</title>\n<link>{escape(origin)}/</link>\n<description>{ABOUT}</description>\n"
        f"<language>en</language>\n{channel}{''.join(map(rss_item, told))}</channel>\n</rss>\n"
    )
    return text.encode()


def rss_item(story: Story) -> str:
    """Return a story as an item of RSS 2.0."""
    permanent = "" if story.guid == story.link else ' isPermaLink="false"'
    parts = [
        f"<title>{escape(story.title)}</title>",
        "" if story.link is None else f"<link>{escape(story.link)}</link>",
        "" if story.guid is None else f"<guid{permanent}>{escape(story.guid)}</guid>",
        "" if story.published is None else f"<pubDate>{format_datetime(story.published)}</pubDate>",
        f"<description>{escape(story.content or story.summary)}</description>",
        story.extra,
    ]
    return "<item>" + "".join(parts) + "</item>\n"


def atom(told: Sequence[Story], origin: str, links: str = "") -> bytes:
    """Return an Atom 1.0 document (RFC 4287) in UTF-8; `links` are markup of its own in the feed."""
    newest = max((story.published for story in told if story.published), default=datetime(2026, 1, 1, tzinfo=UTC))
    entries = "".join(
        f"<entry><id>{escape(story.guid or '')}</id><title>{escape(story.title)}</title>"
        f'<link rel="alternate" href="{escape(story.link or "")}"/>'
        f"<updated>{(story.published or newest).isoformat()}</updated>"
        f'<summary type="html">{escape(story.content or story.summary)}</summary></entry>\n'
        for story in told
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f"<id>{escape(origin)}/atom</id><title>{NAME}</title><author><name>{NAME}</name></author>\n"
        f'<link rel="alternate" href="{escape(origin)}/"/>{links}<updated>{newest.isoformat()}</updated>\n'
        f"{entries}</feed>\n"
    )
    return text.encode()


def page(title: str, body: str, extra: str = "") -> bytes:
    """Return an HTML page; `body` and `extra` (for the head) are markup."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{extra}</head>\n'
        f"<body>{body}</body></html>\n"
    ).encode()


def article(path: str) -> bytes | None:
    """Return the page of a story by the path of its link, or None when there is no such story."""
    if not path.startswith("/news/"):
        return None
    slug = path.removeprefix("/news/")
    for told, title, summary in _TOLD:
        if slug == told or slug.startswith(f"{told}-"):
            return page(title, f"<article><h1>{escape(title)}</h1><p>{escape(summary)}</p></article>")
    if slug.startswith("late-"):
        return page("Notice to skippers", "<article><h1>Notice to skippers</h1><p>Mind the buoys.</p></article>")
    return None
