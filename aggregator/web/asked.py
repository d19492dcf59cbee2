"""What an address may ask for: pages, keys, slugs and languages are bounded here, before any store hears of them."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_PAGES = 1000

_PAGE = re.compile("[1-9][0-9]{0,3}")
_KEY = re.compile("[a-z2-7]{13}")
_SLUG = re.compile("[a-z0-9-]{1,80}")
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")


def page_number(request: Request) -> int:
    """Return the page that is asked for, from 1; 404 for what is none."""
    asked = request.query_params.get("page", "1")
    if not _PAGE.fullmatch(asked) or int(asked) > MOST_PAGES:
        raise HTTPException(404, f"Pages are numbered from 1 to {MOST_PAGES}.")
    return int(asked)


def article_key(request: Request) -> str:
    """Return the key of the article that is asked for; 404 for what cannot be one."""
    return _named(request, "key", _KEY, "There is no such article here.")


def story_key(request: Request) -> str:
    """Return the key of the story that is asked for; 404 for what cannot be one."""
    return _named(request, "key", _KEY, "There is no such story here.")


def source_slug(request: Request) -> str:
    """Return the slug of the source that is asked for; 404 for what cannot be one."""
    return _named(request, "source", _SLUG, "There is no such source here.")


def language(request: Request) -> str:
    """Return the language that is asked for (RFC 5646 section 2.1); 404 for what cannot be one."""
    return _named(request, "language", _LANGUAGE, "There is nothing in this language here.")


def _named(request: Request, part: str, allowed: re.Pattern[str], otherwise: str) -> str:
    asked: str = request.path_params[part]
    if not allowed.fullmatch(asked):
        raise HTTPException(404, otherwise)
    return asked
