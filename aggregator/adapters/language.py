"""The language of a text, by py3langid; what the page says of itself only breaks ties."""

from functools import cache

from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from aggregator.core.errors import TryLater

SAMPLE = 600  # characters; more gain nothing
TELLING = 40  # characters; fewer say too little
SURE = 0.9


@cache
def _identifier() -> LanguageIdentifier:
    try:
        return LanguageIdentifier.from_modelpath(MODEL_DIR / MODEL_FILE, norm_probs=True)
    except OSError as error:
        raise TryLater(f"the language model cannot be unpacked: {error}; it needs 70 MB of temporary space") from error


def identify(text: str, stated: str) -> str:
    """Return a two-letter language; `stated` (a tag such as de-AT) stands when the text says too little or nothing."""
    named = stated.replace("_", "-").partition("-")[0].strip().lower()
    if len(text) < TELLING:
        return named
    found, sure = _identifier().classify(text[:SAMPLE])
    return named if named and float(sure) < SURE else str(found)


def warm_up() -> None:
    """Load the model."""
    _identifier().classify("some words to begin with")
