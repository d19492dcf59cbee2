"""Walls: answers that are no content but a demand to prove that we are no robot; named as such, never evaded."""

import re
from collections.abc import Mapping

LOOKED_AT = 20_000  # bytes of a body

# What the makers of such walls say in headers (their documents, as of 2026) or, for want of that, in the page.
_HEADERS = (
    ("Cloudflare", "cf-mitigated", r"challenge"),
    ("AWS WAF", "x-amzn-waf-action", r"challenge|captcha"),
    ("Vercel", "x-vercel-mitigated", r"challenge|deny"),
    ("DataDome", "x-datadome", r"protected"),
    ("PerimeterX", "x-px-captcha", r".+"),
)
_SERVERS = (("DDoS-Guard", r"ddos-guard"),)
_BODIES = (
    ("Cloudflare", rb"/cdn-cgi/challenge-platform/|<title>\s*(?:Just a moment|Attention Required! \| Cloudflare)"),
    ("Imperva", rb"_Incapsula_Resource|Incapsula incident ID"),
    ("DataDome", rb"captcha-delivery\.com"),
    ("PerimeterX", rb"captcha\.px-cdn\.net|px-captcha"),
    ("Akamai", rb"<title>\s*Access Denied\s*</title>[\s\S]{0,800}Reference&#32;#"),
    ("Anubis", rb"anubis_challenge|Making sure you&#39;re not a bot"),
    ("Sucuri", rb"sucuri\.net/cloudproxy|Sucuri WebSite Firewall"),
    ("DDoS-Guard", rb"<title>\s*DDOS-GUARD"),
    (
        "a challenge",
        (
            rb"enable javascript and cookies to continue"
            rb"|<title>[^<]{0,80}(?:are you (?:a )?(?:robot|human)|verify(?:ing)? (?:that )?you are (?:a )?human"
            rb"|checking your browser|pardon our interruption|bot verification|security check)"
        ),
    ),
)
_REFERENCE = re.compile(
    rb"(?:reference|incident|ray|event|error|support)(?: id)?(?: number)?\s*:?\s*(?:#|&#35;|&#32;|\s)+"
    rb"((?:[\w-]+[.&#;]{0,4}){1,12})", re.IGNORECASE
)  # fmt: skip
_HEADER_WORDS = [(name, header, re.compile(words, re.IGNORECASE)) for name, header, words in _HEADERS]
_SERVER_WORDS = [(name, re.compile(words, re.IGNORECASE)) for name, words in _SERVERS]
_BODY_WORDS = [(name, re.compile(words, re.IGNORECASE)) for name, words in _BODIES]
_FEED = re.compile(rb"[\s\xef\xbb\xbf]*(?:<\?xml\b|<rss\b|<feed\b|<rdf:|[{\[])", re.IGNORECASE)
_REFUSING = {401, 403, 405, 429, 503}


def wall(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """Return who asks for proof in an answer (header names in lower case), '' when nobody does."""
    for name, header, words in _HEADER_WORDS:
        if words.search(headers.get(header, "")):
            return name
    if status in _REFUSING:
        for name, words in _SERVER_WORDS:
            if words.search(headers.get("server", "")):
                return name
    if "html" not in headers.get("content-type", "html").lower():
        return ""
    start = body[:LOOKED_AT]
    if _FEED.match(start):
        return ""  # whose headlines may say anything
    return next((name for name, words in _BODY_WORDS if words.search(start)), "")


def reference(body: bytes) -> str:
    """Return the number under which a refusal may be asked about, as content networks give one; else ''."""
    found = _REFERENCE.search(body[:LOOKED_AT])
    words = re.sub(rb"&#(\d{2,3});", lambda code: bytes([int(code[1]) % 256]), found[1]) if found else b""
    number = words.decode("ascii", "ignore")[:80]
    return number if any(each.isdigit() for each in number) and len(number) > 5 else ""  # noqa: PLR2004 - no word
