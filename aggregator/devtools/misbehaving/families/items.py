"""Items that change, vanish, come back, or lack what makes them items."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.devtools.misbehaving import news
from aggregator.devtools.misbehaving.behaviour import family
from aggregator.devtools.misbehaving.news import Story
from aggregator.devtools.misbehaving.talk import Talk

plays = family("items")

_SCRIPT = (
    "<p onclick=\"alert(1)\">The first boat leaves at 6.10.</p><script>alert('script')</script>"
    '<img src="x" onerror="alert(2)"><iframe src="//tracker.example/"></iframe><style>body{display:none}</style>'
    '<a href="JaVaScRiPt:alert(3)">timetable</a><svg onload="alert(4)"></svg><form action="/login"><input></form>'
)


def _first(talk: Talk, **changes: object) -> list[Story]:
    """Return the usual stories with the first one changed."""
    first, *others = talk.stories()
    return [replace(first, **changes), *others]  # type: ignore[arg-type]


def _each(talk: Talk, **changes: object) -> list[Story]:
    return [replace(story, **changes) for story in talk.stories()]  # type: ignore[arg-type]


def _dated(talk: Talk, newest: datetime) -> list[Story]:
    told = enumerate(talk.stories())
    return [replace(story, published=newest - place * news.APART) for place, story in told]


@plays("/guid-rewrite", "Knows the items again by their links; takes none for new.")
def guid_rewrite(talk: Talk) -> None:
    """Gives all GUIDs and links as http://old.example/… once, and from the second request as https://new.example/…."""
    place = "http://old.example" if talk.number == 1 else "https://new.example"
    moved = ((story, place + (story.link or "").removeprefix(talk.origin)) for story in talk.stories())
    talk.feed(stories=[replace(story, guid=link, link=link) for story, link in moved])


@plays("/guid-random", "Knows the items again by their links; takes none for new.")
def guid_random(talk: Talk) -> None:
    """Gives every item another GUID at every request, under the same link."""
    talk.feed(stories=[replace(story, guid=f"{n}-{talk.number}") for n, story in enumerate(talk.stories())])


@plays("/tracking-links", "Leaves the tracking parameter out when it compares links.")
def tracking_links(talk: Talk) -> None:
    """Gives no GUIDs, and links whose utm_campaign is another at every request."""
    tag = f"?utm_source=rss&utm_campaign=run{talk.number}"
    talk.feed(stories=[replace(story, guid=None, link=f"{story.link}{tag}") for story in talk.stories()])


@plays("/edited-title", "Updates the item it has; makes no second one.")
def edited_title(talk: Talk) -> None:
    """Corrects the title of the first item from the second request on, under the same GUID and date."""
    title = talk.stories()[0].title
    talk.feed(stories=_first(talk, title=title if talk.number == 1 else f"Correction: {title}"))


@plays("/withdrawn-item", "Keeps it or asks its page; a feed is a window, and leaving it is no withdrawal by itself.")
def withdrawn_item(talk: Talk) -> None:
    """Has its third item in the first answer only, while older ones stay."""
    told = talk.stories()
    talk.feed(stories=told if talk.number == 1 else [*told[:2], *told[3:]])


@plays("/emptied", "Keeps the items it has; may say that the feed is empty.")
def emptied(talk: Talk) -> None:
    """Is a valid feed without items from the second request on."""
    talk.feed(stories=talk.stories() if talk.number == 1 else [])


@plays("/duplicate-guids", "Keeps the items apart by their links, or takes one and says so.")
def duplicate_guids(talk: Talk) -> None:
    """Gives all items the same GUID, and different links."""
    talk.feed(stories=_each(talk, guid="harbour-1"))


@plays("/duplicate-items", "Takes each story once.")
def duplicate_items(talk: Talk) -> None:
    """Has every item twice."""
    told = talk.stories()
    talk.feed(stories=[*told, *told])


@plays("/no-guids", "Takes the link as identity.")
def no_guids(talk: Talk) -> None:
    """Has no GUIDs."""
    talk.feed(stories=_each(talk, guid=None))


@plays("/no-dates", "Takes the time when it first saw them, and keeps it.")
def no_dates(talk: Talk) -> None:
    """Has no dates."""
    talk.feed(stories=_each(talk, published=None))


@plays("/odd-dates", "Reads what can be read, and treats the rest as undated.")
def odd_dates(talk: Talk) -> None:
    """Writes its dates in five ways that no standard knows, and once as nonsense."""
    day = talk.now
    ways = (f"{day:%d/%m/%Y %H:%M}", f"{day:%Y-%m-%d %H:%M:%S}", f"{day:%B %d, %Y}", f"{day:%A, %d. %B %Y}")
    told = [*ways, str(int(day.timestamp())), "the day before yesterday"]
    pairs = zip(talk.stories(len(told)), told, strict=True)
    talk.feed(stories=[replace(one, published=None, extra=f"<pubDate>{way}</pubDate>") for one, way in pairs])


@plays("/dates-future", "Takes the time of arrival instead; the items do not stay on top for years.")
def dates_future(talk: Talk) -> None:
    """Dates its items ten years ahead."""
    talk.feed(stories=_dated(talk, talk.now + timedelta(days=3652)))


@plays("/dates-1970", "Treats the date as unknown.")
def dates_1970(talk: Talk) -> None:
    """Dates its items to 1 January 1970, midnight."""
    talk.feed(stories=_each(talk, published=datetime(1970, 1, 1, tzinfo=UTC)))


@plays("/dates-bumped", "Keeps the first date that it saw; old items do not come up again.")
def dates_bumped(talk: Talk) -> None:
    """Dates all items to the time of the request, every time."""
    talk.feed(stories=_each(talk, published=datetime.now(UTC).replace(microsecond=0)))


@plays("/rewind", "Takes none of the old items for new, and none twice.")
def rewind(talk: Talk) -> None:
    """Serves its newest items at odd requests, and the eight before them at even ones, like a stale cache."""
    talk.feed(stories=talk.stories(first=0 if talk.number % 2 else 8))


@plays("/one-bad-item", "Takes the other seven.")
def one_bad_item(talk: Talk) -> None:
    """Has one item without title, link and text among seven good ones, with a GUID of bare spaces."""
    told = talk.stories()
    told[3] = Story("   ", "", None, "", None, extra="<pubDate>never</pubDate><enclosure url='::' length='x'/>")
    talk.feed(stories=told)


@plays("/no-links", "Shows them without a link, or leaves them out and says so.")
def no_links(talk: Talk) -> None:
    """Has items without links, and GUIDs that are no addresses."""
    talk.feed(stories=[replace(one, guid=f"tag:{n}", link=None) for n, one in enumerate(talk.stories())])


@plays("/relative-links", "Resolves them against the address of the feed.")
def relative_links(talk: Talk) -> None:
    """Gives the links of its items as /news/…, without host."""
    links = ((one, (one.link or "").removeprefix(talk.origin)) for one in talk.stories())
    talk.feed(stories=[replace(one, guid=link, link=link) for one, link in links])


@plays("/javascript-links", "Takes no link that is not http or https.")
def javascript_links(talk: Talk) -> None:
    """Gives the first three items the links javascript:…, data:… and vbscript:…."""
    bad = ("javascript:alert(document.domain)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)")
    told = talk.stories()
    talk.feed(stories=[*(replace(one, link=link) for one, link in zip(told, bad, strict=False)), *told[3:]])


@plays("/local-links", "Asks for none of the pages behind them.")
def local_links(talk: Talk) -> None:
    """Gives the first three items links to private addresses and to a file."""
    bad = ("http://169.254.169.254/latest/", "http://[::1]:6379/", "file:///etc/passwd")
    told = talk.stories()
    talk.feed(stories=[*(replace(one, link=link) for one, link in zip(told, bad, strict=False)), *told[3:]])


@plays("/script-content", "Shows the text; no script, handler, frame, style or form comes through.")
def script_content(talk: Talk) -> None:
    """Has script, event handlers, a frame, a style, a form and a javascript: link in the text of its first item."""
    talk.feed(stories=_first(talk, content=_SCRIPT))


@plays("/html-title", "Shows the text of the title; the markup is neither shown nor obeyed.")
def html_title(talk: Talk) -> None:
    """Has escaped markup in the title of its first item."""
    talk.feed(stories=_first(talk, title="<b>Ferry</b> timetable <img src=x onerror=alert(1)> &amp; repairs"))


@plays("/long-title", "Cuts it at its own bound.")
def long_title(talk: Talk) -> None:
    """Has a title of 100,000 characters."""
    talk.feed(stories=_first(talk, title="Ferry " * 16_666 + "boat"))


@plays("/reversed-order", "Sorts by date, and takes none for new.")
def reversed_order(talk: Talk) -> None:
    """Serves its items newest first, and from the second request on oldest first."""
    told = talk.stories()
    talk.feed(stories=told if talk.number == 1 else told[::-1])
