"""The eight outlets: who they are, where their feeds are, and what they let robots do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outlet:
    """An invented outlet; `licence` is an SPDX identifier or ''; `show_full` when it covers whole texts."""

    slug: str
    name: str
    language: str
    country: str
    licence: str
    licence_url: str
    feed_paths: tuple[str, ...]
    show_full: bool


CC_BY = ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/")
ALL_RIGHTS_RESERVED = ("", "")

OUTLETS: tuple[Outlet, ...] = (
    Outlet(
        "nordwind-press", "Nordwind Press Agency", "en", "ie", *ALL_RIGHTS_RESERVED, ("/atom.xml",), show_full=False
    ),
    Outlet("harbour-tribune", "The Harbour Tribune", "en", "gb", *CC_BY, ("/feed.xml",), show_full=True),
    Outlet(
        "moorland-post",
        "The Moorland Post",
        "en",
        "gb",
        *ALL_RIGHTS_RESERVED,
        ("/feed.xml", "/local.xml"),
        show_full=False,
    ),
    Outlet("brackwater-times", "Brackwater Times", "en", "gb", *ALL_RIGHTS_RESERVED, ("/feed.xml",), show_full=False),
    Outlet(
        "mittelau-anzeiger", "Mittelauer Anzeiger", "de", "de", *ALL_RIGHTS_RESERVED, ("/feed.xml",), show_full=False
    ),
    Outlet(
        "kranichsee-rundschau",
        "Kranichsee-Rundschau",
        "de",
        "de",
        *ALL_RIGHTS_RESERVED,
        ("/index.rdf",),
        show_full=False,
    ),
    Outlet(
        "gazette-estuaire",
        "La Gazette de l’Estuaire",
        "fr",
        "fr",
        *ALL_RIGHTS_RESERVED,
        ("/atom.xml",),
        show_full=False,
    ),
    Outlet(
        "faro-puertoalba", "El Faro de Puertoalba", "es", "es", *ALL_RIGHTS_RESERVED, ("/feed.xml",), show_full=False
    ),
)

_ROBOTS = {
    "kranichsee-rundschau": "User-agent: *\nDisallow: /intern/\n",
    "gazette-estuaire": "User-agent: *\nCrawl-delay: 1\nDisallow:\n",
}


def robots(outlet: Outlet) -> str:
    """Return the outlet's robots.txt (RFC 9309); most allow everything."""
    return _ROBOTS.get(outlet.slug, "User-agent: *\nAllow: /\n")


def base_url(outlet: Outlet, port: int) -> str:
    """Return the outlet's address without a slash at its end; `*.localhost` is loopback (RFC 6761, section 6.3)."""
    return f"http://{outlet.slug}.localhost:{port}"


def sources_toml(port: int) -> str:
    """Return the text of a config/sources.toml that names all outlets as served on `port`."""
    return "\n".join(_source(outlet, base_url(outlet, port)) for outlet in OUTLETS)


def _source(outlet: Outlet, base: str) -> str:
    lines = [
        "[[source]]",
        f'name = "{outlet.name}"',
        f'slug = "{outlet.slug}"',
        f'url = "{base}/"',
        f'country = "{outlet.country}"',
        f'language = "{outlet.language}"',
        f'show = "{"full" if outlet.show_full else "excerpt"}"',
    ]
    if outlet.licence:
        lines += [
            f'licence = "{outlet.licence}"',
            f'licence_url = "{outlet.licence_url}"',
            f'licence_stated_at = "{base}/licence"',
        ]
    feeds = ", ".join(f'"{base}{path}"' for path in outlet.feed_paths)
    return "\n".join([*lines, f"feeds = [{feeds}]"]) + "\n"
