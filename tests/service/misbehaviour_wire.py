"""What is made of validators, retries, redirects, walls, protocol and schedules."""

from aggregator.core.feed import Trouble
from tests.service.misbehaviour_rows import (
    DAY,
    HOUR,
    MINUTES,
    NO_FEED,
    Table,
    failing,
    fails,
    reads,
    told,
    validated,
)

_LIMITED = Trouble.LIMITED
_WEEK = 7 * DAY
_429 = "the server answered 429"

VALIDATORS: Table = {
    "/honest": validated(),
    "/honest-growing": validated(),
    "/lying-304": validated(
        titles=(
            "Notice to skippers no. 1",
            "Ferry timetable changes after pier repairs",
            "Oyster beds reopen after clean water tests",
            "Café Zoë wins the right to stay on the quay",
            "School roof to be rebuilt before the winter storms",
            "Last lighthouse keeper hands over the keys",
            "Herring price falls to €1.10 a kilo",
            "Library opens on Sundays for a trial of six months",
        )
    ),
    "/weak-etag-new": reads(),
    "/etag-changing": reads(then=told("0 new of 8 entries")),
    "/last-modified-future": validated(),
    "/last-modified-garbage": validated(),
    "/etag-unquoted": validated(),
    "/etag-empty": reads(),
    "/etag-gzip-suffix": reads(),
    "/unasked-304": fails(
        Trouble.BROKEN,
        "304",
    ),
    "/304-with-body": validated(),
    "/304-new-etag": validated(),
    "/no-validators": reads(),
    "/412-on-condition": reads(then=failing(Trouble.STATUS, "the server answered 412")),
}

RETRY: Table = {
    "/429-seconds": fails(_LIMITED, _429),
    "/429-date": fails(_LIMITED, _429),
    "/429-bare": fails(_LIMITED, _429),
    "/429-once": fails(_LIMITED, _429, then=told("8 new of 8 entries", 8)),
    "/429-reset-header": fails(_LIMITED, _429),
    "/retry-negative": fails(_LIMITED, _429),
    "/retry-zero": fails(_LIMITED, _429),
    "/retry-absurd": fails(
        _LIMITED,
        _429,
        least=DAY,
        most=_WEEK * 1.25,
    ),
    "/retry-garbage": fails(_LIMITED, _429),
    "/retry-fraction": fails(_LIMITED, _429),
    "/retry-past": fails(_LIMITED, "the server answered 503"),
    "/503-date": fails(_LIMITED, "the server answered 503", least=HOUR - MINUTES, most=HOUR * 1.3),
    "/503-for-a-day": fails(Trouble.STATUS, "the server answered 503"),
    "/403-as-429": fails(_LIMITED, "the server answered 403"),
    "/200-as-429": fails(Trouble.UNREADABLE, NO_FEED),
}

REDIRECTS: Table = {
    "/moved-301": reads(),
    "/found-302": reads(),
    "/see-other-303": reads(),
    "/temporary-307": reads(),
    "/permanent-308": reads(),
    "/chain-9": reads(),
    "/chain-11": fails(Trouble.REDIRECT, "more than 10 redirects from"),
    "/loop-two": fails(Trouble.REDIRECT, "go in a circle at"),
    "/loop-self": fails(Trouble.REDIRECT, "go in a circle at"),
    "/loop-cookie": reads(),
    "/to-file": fails(Trouble.REDIRECT, "leads astray: not an http or https address: 'file:///etc/hostname'"),
    "/to-data": fails(Trouble.REDIRECT, "leads astray: not an http or https address: 'data:"),
    "/to-private": fails(Trouble.REDIRECT, "leads astray: 10.0.0.1 is not a public address"),
    "/to-metadata": fails(Trouble.REDIRECT, "leads astray: 169.254.169.254 is not a public address"),
    # with allow_loopback this machine may be asked, at any port: the writing is known, and nobody listens there
    "/to-decimal": fails(Trouble.CONNECTION, "no connection to 127.0.0.1: "),
    "/to-port": fails(Trouble.CONNECTION, "no connection to 127.0.0.1: "),
    "/relative-location": reads(),
    "/location-utf8": reads(),
    "/no-location": fails(Trouble.REDIRECT, "the server answered 302"),
    "/two-locations": reads(),
    "/to-home-page": fails(Trouble.UNREADABLE, NO_FEED),
    "/moved-to-404": fails(Trouble.STATUS, "the server answered 404"),
    "/alternating-301": reads(),
    "/301-taken-back": reads(then=failing(Trouble.STATUS, "the server answered 404")),
    "/meta-refresh": fails(Trouble.UNREADABLE, NO_FEED),
}

WALLS: Table = {
    "/challenge-200": fails(
        Trouble.WALL,
        "asks for proof that we are no robot (200)",
    ),
    "/cloudflare-403": fails(Trouble.WALL, "blocked by Cloudflare: "),
    "/aws-waf-202": fails(Trouble.WALL, "blocked by AWS WAF: "),
    "/vercel-429": fails(Trouble.WALL, "blocked by Vercel: "),
    "/access-denied-403": fails(
        Trouble.STATUS,
        "18.5f1c2b17.1732435200.1a2b3c4d",
    ),
    "/cookie-consent": fails(Trouble.UNREADABLE, NO_FEED),
    "/login-redirect": fails(Trouble.UNREADABLE, NO_FEED),
    "/password-401": fails(Trouble.STATUS, "the server answered 401"),
    "/paywall-402": fails(Trouble.STATUS, "the server answered 402"),
    "/browsers-only": fails(Trouble.STATUS, "the server answered 403"),
    "/no-name-403": reads(),
    "/not-acceptable-406": reads(),
}

_BROKEN = Trouble.BROKEN
_IMPROPER = "did not answer properly: "
_HEADS = f"{_IMPROPER}more than 256 headers, or one over 16384 bytes"

PROTOCOL: Table = {
    "/http10-no-length": reads(),
    "/http09": fails(_BROKEN, _IMPROPER),
    "/lower-case-headers": validated(),
    "/obs-fold": reads(),
    "/bare-lf": reads(),
    "/invalid-status-line": fails(_BROKEN, f"{_IMPROPER}Invalid status code"),
    "/no-reason": reads(),
    "/status-999": fails(Trouble.STATUS, "the server answered 999"),
    "/early-hints": reads(),
    "/100-headers": reads(),
    "/huge-header": fails(_BROKEN, _HEADS),
    "/endless-headers": fails(_BROKEN, _HEADS),
    "/endless-header": fails(_BROKEN, f"{_IMPROPER}more than 262144 bytes of headers"),
    "/two-lengths": fails(_BROKEN, f"{_IMPROPER}Duplicate Content-Length"),
    "/length-garbage": fails(_BROKEN, f"{_IMPROPER}Invalid character in Content-Length"),
    "/length-negative": fails(_BROKEN, f"{_IMPROPER}Invalid character in Content-Length"),
    "/length-and-chunks": fails(_BROKEN, f"{_IMPROPER}Transfer-Encoding can't be present with Content-Length"),
    "/reset-mid-body": fails(_BROKEN, "broke off within its answer"),
    "/close-without-answer": fails(_BROKEN, "closed the connection without an answer"),
    "/410": fails(Trouble.GONE, "gone (410)", least=DAY),
    "/404": fails(Trouble.STATUS, "the server answered 404"),
    "/451": fails(Trouble.STATUS, "the server answered 451"),
    "/500": fails(Trouble.STATUS, "the server answered 500"),
    "/502": fails(Trouble.STATUS, "the server answered 502"),
    "/522": fails(Trouble.STATUS, "the server answered 522"),
    "/410-once": fails(Trouble.GONE, "gone (410)", least=DAY, then=told("8 new of 8 entries", 8)),
    "/tls-self-signed": fails(Trouble.TLS, "the TLS certificate of 127.0.0.1 is not valid: self-signed certificate"),
    "/http-on-tls-port": fails(Trouble.TLS, "no TLS connection to 127.0.0.1: "),
}

SCHEDULE: Table = {
    "/max-age": reads(floor=HOUR, least=HOUR, most=4 * HOUR),
    "/max-age-absurd": reads(floor=DAY, least=DAY),
    "/no-store": reads(most=4 * HOUR),
    "/expires": reads(floor=2 * HOUR, least=2 * HOUR, most=4 * HOUR),
    "/expires-0": reads(most=4 * HOUR),
    "/ttl-120": reads(floor=2 * HOUR, least=2 * HOUR, most=4 * HOUR),
    "/ttl-absurd": reads(floor=DAY, least=DAY),
    "/sy-daily": reads(floor=DAY, least=DAY),
    "/sy-frequency-0": reads(floor=HOUR, most=4 * HOUR),
    "/skip-hours": reads(hour=6),
    "/skip-all-hours": reads(most=4 * HOUR),
    "/skip-days": reads(weekday=2, most=_WEEK),
    "/quiet-year": reads(most=4 * HOUR),
}

WIRE: Table = {**VALIDATORS, **RETRY, **REDIRECTS, **WALLS, **PROTOCOL, **SCHEDULE}
