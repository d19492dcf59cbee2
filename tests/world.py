"""The one fake of the suite: a small outside world that answers from memory and remembers what it was asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from aggregator.core.errors import AggregatorError
from aggregator.core.page import Answer, Request, Visit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass
class World:
    """Addresses and what is said at them; an error in the place of an answer is what the visit ends in."""

    at: datetime = NOW
    answers: dict[str, tuple[int, Mapping[str, str], bytes] | AggregatorError] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)

    def says(self, url: str, body: str | bytes, status: int = 200, **headers: str) -> None:
        """Let an address answer from now on."""
        raw = body.encode() if isinstance(body, str) else body
        kind = "application/rss+xml" if raw.lstrip().startswith(b"<?xml") else "text/html"
        named = {"content-type": f"{kind}; charset=utf-8"} | {
            key.replace("_", "-"): each for key, each in headers.items()
        }
        self.answers[url] = (status, named, raw)

    def moves(self, url: str, target: str) -> None:
        """Let what an address says come from another one, as after a redirect."""
        self.moved[url] = target

    def fails(self, url: str, error: AggregatorError) -> None:
        """Let an address fail from now on."""
        self.answers[url] = error

    def visit(self, visits: Iterable[Visit]) -> Iterator[tuple[Request, Answer | AggregatorError]]:
        """Answer as told; what nobody has spoken of is not found."""
        for visit in visits:
            self.visits.append(visit)
            for request in visit.requests:
                self.asked.append(request)
                yield request, self._answer(request)

    def _answer(self, request: Request) -> Answer | AggregatorError:
        found = self.answers.get(request.url, (404, {}, b""))
        if isinstance(found, AggregatorError):
            return found
        status, headers, body = found
        if request.etag and request.etag == headers.get("etag"):
            return Answer(request.url, 304, headers, b"", self.at)
        return Answer(self.moved.get(request.url, request.url), status, headers, body, self.at)


@dataclass(frozen=True)
class Item:
    """One item of a feed."""

    url: str
    title: str
    summary: str = ""
    published: datetime = NOW - timedelta(hours=2)
    guid: str = ""


def rss(*items: Item, title: str = "An outlet") -> str:
    """Return an RSS feed with these items."""
    told = "".join(
        f"<item><title>{escape(item.title)}</title><link>{escape(item.url)}</link>"
        f"<guid isPermaLink='false'>{escape(item.guid or item.url)}</guid>"
        f"<pubDate>{format_datetime(item.published)}</pubDate>"
        f"<description>{escape(item.summary)}</description></item>"
        for item in items
    )
    head = f"<title>{escape(title)}</title><link>https://outlet.example/</link><description>d</description>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{told}</channel></rss>'


def page(title: str, *paragraphs: str, head: str = "", lang: str = "en") -> str:
    """Return an article's page, with the furniture that such pages have."""
    text = "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
    return (
        f"<!doctype html><html lang='{lang}'><head><meta charset='utf-8'><title>{escape(title)} | Outlet</title>{head}"
        f"</head><body><nav><a href='/'>Home</a> <a href='/news'>News</a></nav><main><article><h1>{escape(title)}</h1>"
        f"{text}</article></main><footer><p>All rights with the outlet.</p></footer></body></html>"
    )
