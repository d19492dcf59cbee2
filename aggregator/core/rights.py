"""What of an article may be shown, and by which rule; decided before anything is shown."""

from dataclasses import dataclass
from enum import StrEnum

from aggregator.core.source import Show, Source

CAP_WORDS = 40
CAP_CHARS = 300


class Form(StrEnum):
    """How much goes out."""

    NONE = "none"
    HEADLINE = "headline"
    EXCERPT = "excerpt"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Caps:
    """The longest excerpt that the operator allows."""

    words: int = CAP_WORDS
    chars: int = CAP_CHARS


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be shown of one article; `rules` says why, most weighty first."""

    form: Form
    words: int
    chars: int
    rules: tuple[str, ...]


def decide(source: Source, *, paywalled: bool, credit: str, caps: Caps) -> Decision:
    """Return what may be shown of an article of `source`.

    The whole text goes out only where the operator has marked the source so and named its licence; a page behind a
    paywall and a text credited to a news agency are not the source's to license.
    """
    if source.show is Show.HEADLINE:
        return Decision(Form.HEADLINE, 0, 0, (f"source.show: {source.slug} is shown by headline only",))
    excerpt = (f"default: an excerpt of at most {caps.words} words and {caps.chars} characters",)
    if source.show is not Show.FULL:
        return Decision(Form.EXCERPT, caps.words, caps.chars, excerpt)
    if not (source.licence and source.licence_url):
        return Decision(Form.EXCERPT, caps.words, caps.chars, ("source.show: full, but no licence is named", *excerpt))
    if paywalled:
        return Decision(Form.EXCERPT, caps.words, caps.chars, ("page.paywall: the page says it is not free", *excerpt))
    if credit:
        return Decision(Form.EXCERPT, caps.words, caps.chars, (f"wire: credited to {credit}", *excerpt))
    stated = f"source.licence: {source.licence}, stated at {source.licence_stated_at or source.licence_url}"
    return Decision(Form.FULL, 0, 0, (stated,))
