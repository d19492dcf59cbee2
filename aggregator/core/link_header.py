"""The Link header (RFC 8288): what an answer says its address is connected with."""

import re
from urllib.parse import urljoin

MAX_LINKS = 50
_LINK = re.compile(
    r"<([^<>]{0,2000})>((?:\s*;\s*[\w!#$&+.^`|~*-]{1,60}\s*(?:=\s*(?:\"[^\"]{0,500}\"|[^\s;,\"]{0,500}))?)*)"
)
_PARAMETER = re.compile(r";\s*([\w!#$&+.^`|~*-]{1,60})\s*(?:=\s*(?:\"([^\"]{0,500})\"|([^\s;,\"]{0,500})))?")


def linked(header: str, rel: str, base: str) -> str:
    """Return the first http(s) address that the header names under a relation, made absolute by `base`; else ''."""
    for number, found in enumerate(_LINK.finditer(header[:20_000])):
        if number == MAX_LINKS:
            break
        said = next((each for each in _PARAMETER.finditer(found[2]) if each[1].lower() == "rel"), None)
        if said and rel in (said[2] or said[3] or "").lower().split():
            try:
                url: str = urljoin(base, found[1].strip())
            except ValueError:
                continue
            if url.startswith(("http://", "https://")):
                return url
    return ""
