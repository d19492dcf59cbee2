"""Redirects: permanent, temporary, too many, and to where nobody should go (RFC 9110 section 15.4)."""

from aggregator.devtools.misbehaving.behaviour import Behaviour, family
from aggregator.devtools.misbehaving.talk import Talk, head

plays = family("redirects")

MOVED = "301 Moved Permanently"


def _once(talk: Talk, path: str, status: str) -> None:
    """Redirect from the path itself to /new below it, where the feed is."""
    if talk.rest:
        talk.feed()
    else:
        talk.leads(f"{talk.origin}{path}/new", status)


def _chain(talk: Talk, path: str, hops: int) -> None:
    hop = int(talk.rest) if talk.rest.isdigit() else 0
    if hop < hops:
        talk.leads(f"{talk.origin}{path}/{hop + 1}")
    else:
        talk.feed()


@plays("/moved-301", "Follows, and keeps the new address once the feed has been read there.")
def moved_301(talk: Talk) -> None:
    """Redirects with 301 to /moved-301/new, where the feed is."""
    _once(talk, "/moved-301", MOVED)


@plays("/found-302", "Follows, and keeps the old address.")
def found_302(talk: Talk) -> None:
    """Redirects with 302 to /found-302/new, where the feed is."""
    _once(talk, "/found-302", "302 Found")


@plays("/see-other-303", "Follows with GET, and keeps the old address.")
def see_other_303(talk: Talk) -> None:
    """Redirects with 303 to /see-other-303/new, where the feed is."""
    _once(talk, "/see-other-303", "303 See Other")


@plays("/temporary-307", "Follows, and keeps the old address.")
def temporary_307(talk: Talk) -> None:
    """Redirects with 307 to /temporary-307/new, where the feed is."""
    _once(talk, "/temporary-307", "307 Temporary Redirect")


@plays("/permanent-308", "Treats 308 as 301: follows, and keeps the new address.")
def permanent_308(talk: Talk) -> None:
    """Redirects with 308 to /permanent-308/new, where the feed is."""
    _once(talk, "/permanent-308", "308 Permanent Redirect")


@plays("/chain-9", "Follows to the feed at the end.")
def chain_9(talk: Talk) -> None:
    """Redirects nine times before the feed."""
    _chain(talk, "/chain-9", 9)


@plays("/chain-11", "Gives up after about ten redirects, with an error that says so.")
def chain_11(talk: Talk) -> None:
    """Redirects eleven times before the feed."""
    _chain(talk, "/chain-11", 11)


@plays("/loop-two", "Notices the loop, or stops at its limit of redirects.")
def loop_two(talk: Talk) -> None:
    """Redirects to /loop-two/back, which redirects to /loop-two."""
    talk.leads(f"{talk.origin}/loop-two{'' if talk.rest else '/back'}", MOVED)


@plays("/loop-self", "Notices the loop, or stops at its limit of redirects.")
def loop_self(talk: Talk) -> None:
    """Redirects to itself."""
    talk.leads(f"{talk.origin}/loop-self")


@plays("/loop-cookie", "Stops at its limit; or keeps cookies for one chain of redirects, and gets the feed.")
def loop_cookie(talk: Talk) -> None:
    """Redirects to itself and sets a cookie, until the cookie comes back."""
    if "seen=yes" in talk.request.headers.get("cookie", ""):
        talk.feed()
    else:
        talk.leads(f"{talk.origin}/loop-cookie", headers={"Set-Cookie": "seen=yes; Path=/"})


def _forbidden(path: str, target: str, why: str) -> Behaviour:
    def leads(talk: Talk) -> None:
        talk.leads(target.format(host=talk.host.rpartition(":")[0] or talk.host))

    leads.__doc__ = f"Redirects to {target.format(host='<this host>')}."
    made: Behaviour = plays(path, why)(leads)
    return made


to_file = _forbidden("/to-file", "file:///etc/hostname", "Refuses every scheme but http and https; opens no file.")
to_data = _forbidden(
    "/to-data", "data:application/rss+xml,%3Crss%2F%3E", "Refuses every scheme but http and https; reads no data."
)
to_private = _forbidden(
    "/to-private", "http://10.0.0.1/feed.xml", "Refuses addresses that are not public; does not connect."
)
to_metadata = _forbidden(
    "/to-metadata",
    "http://169.254.169.254/latest/meta-data/",
    "Refuses link-local addresses: there a cloud gives away its keys.",
)
to_decimal = _forbidden(
    "/to-decimal", "http://2130706433/feed.xml", "Knows 127.0.0.1 in this writing too, and refuses."
)
to_port = _forbidden(
    "/to-port", "http://{host}:25/feed.xml", "Refuses ports that are not for the web; does not connect."
)


@plays("/relative-location", "Resolves it against the address asked, and follows (RFC 9110 section 10.2.2).")
def relative_location(talk: Talk) -> None:
    """Redirects to the relative reference relative-location/new."""
    if talk.rest:
        talk.feed()
    else:
        talk.leads("relative-location/new")


@plays("/location-utf8", "Percent-encodes the bytes and follows, or fails with a clear error.")
def location_utf8(talk: Talk) -> None:
    """Redirects to a Location with bare UTF-8 bytes beyond ASCII."""
    if talk.rest:
        talk.feed()
    else:
        talk.leads(f"{talk.origin}/location-utf8/café")


@plays("/no-location", "Fails with a clear error; does not ask the same address for ever.")
def no_location(talk: Talk) -> None:
    """Answers 302 without Location."""
    talk.page("<h1>Found</h1>", "302 Found")


@plays("/two-locations", "Follows one of them or none, but not both.")
def two_locations(talk: Talk) -> None:
    """Answers 302 with two different Location headers."""
    if talk.rest:
        talk.feed()
        return
    pairs = [("Location", f"{talk.origin}/two-locations/{name}") for name in ("first", "second")]
    talk.send(head("302 Found", [*pairs, ("Content-Length", "0")]))


@plays("/to-home-page", "Counts it as a failure of this feed; keeps the address and the items.")
def to_home_page(talk: Talk) -> None:
    """Redirects with 302 to an HTML page about maintenance."""
    if talk.rest:
        talk.page("<h1>Back soon</h1><p>Our site is being repaired. Please visit our home page later.</p>")
    else:
        talk.leads(f"{talk.origin}/to-home-page/maintenance")


@plays("/moved-to-404", "Does not take over an address where there is no feed; keeps the old one.")
def moved_to_404(talk: Talk) -> None:
    """Redirects with 301 to a page that does not exist."""
    if talk.rest:
        talk.page("<h1>Not Found</h1>", "404 Not Found")
    else:
        talk.leads(f"{talk.origin}/moved-to-404/new", MOVED)


@plays("/alternating-301", "Does not change the address of the feed back and forth.")
def alternating_301(talk: Talk) -> None:
    """Redirects with 301 to one of two addresses by turns; the feed is at both."""
    if talk.rest:
        talk.feed()
    else:
        talk.leads(f"{talk.origin}/alternating-301/{'a' if talk.number % 2 else 'b'}", MOVED)


@plays("/301-taken-back", "Can go back: asks the old address again when the new one is gone.")
def taken_back_301(talk: Talk) -> None:
    """Redirects two requests with 301 to an address that soon answers 404, and then serves the feed itself again."""
    if not talk.rest and talk.number <= 2:  # noqa: PLR2004
        talk.leads(f"{talk.origin}/301-taken-back/new", MOVED)
    elif talk.rest and talk.number > 1:
        talk.page("<h1>Not Found</h1>", "404 Not Found")
    else:
        talk.feed()


@plays("/meta-refresh", "Sees that it is no feed; need not follow, and never without its usual checks.")
def meta_refresh(talk: Talk) -> None:
    """Answers 200 with an HTML page whose meta refresh leads to the feed."""
    if talk.rest:
        talk.feed()
    else:
        talk.page('<meta http-equiv="refresh" content="0; url=/meta-refresh/new"><p>This page has moved.</p>')
