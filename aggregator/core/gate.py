"""Whether what was read out of a page is an article at all; if not, what it is instead."""

import re

from aggregator.core.article import Extraction, Hints
from aggregator.core.headline import alike, folded

LEAST_WORDS = 40
SHORT_WORDS = 150
STUB_WORDS = 120
LISTING_LINKS_A_WORD = 1.5

_CHALLENGE_TITLES = re.compile(
    r"^(?:just a moment|attention required|access denied|access to this page has been denied|are you (?:a )?(?:robot|human)|"
    r"verify(?:ing)? you are (?:a )?human|checking your browser|security check|pardon our interruption|one moment,? please|"
    r"please wait|ddos-guard|bot verification|robot check|human verification|request blocked|403 forbidden|forbidden|"
    r"please verify you are a human|un instant|einen moment|un momento|ein moment)\b.{0,40}$",
    re.IGNORECASE,
)
_NOT_FOUND_TITLES = re.compile(
    r"^(?:\W*(?:error )?404\b.{0,60}|page not found|not found|seite nicht gefunden|page introuvable|página no encontrada|"
    r"pagina non trovata|página não encontrada|pagina niet gevonden|страница не найдена|ページが見つかりません|"
    r"(?:sorry|oops).{0,40}(?:not found|can.?t find|doesn.?t exist).{0,40})\W*(?:[|–—-].{0,60})?$",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(
    r"enable javascript|javascript is (?:disabled|required)|verify (?:that )?you are (?:a )?human|checking your browser|"
    r"unusual traffic|complete the (?:security check|captcha)|ray id|ddos protection|you have been blocked|are you a robot|"
    r"javascript aktivieren|activer javascript|activez javascript|habilit(?:e|ar) javascript|включите javascript",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"(?:accept|reject|manage|allow) (?:all )?(?:cookies|preferences)|we (?:and our (?:\d+ )?partners )?use cookies|"
    r"cookie (?:policy|settings|preferences|consent)|your privacy (?:choices|matters)|before you continue|"
    r"cookies? (?:akzeptieren|zustimmen|verwenden)|(?:alle )?akzeptieren|wir verwenden cookies|mit werbung (?:weiter)?lesen|"
    r"accepter (?:et fermer|les cookies)|nous utilisons des cookies|continuer sans accepter|"
    r"aceptar (?:todas las |las )?cookies|utilizamos cookies|accetta(?:re)? (?:tutti )?i cookie|utilizziamo i cookie|"
    r"aceitar (?:todos os )?cookies|cookies accepteren|wij gebruiken cookies|godkänn alla|vi använder cookies|"
    r"godta alle|vi bruker (?:cookies|informasjonskapsler)|vi bruger cookies|hyväksy kaikki|akceptuj|"
    r"používáme soubory cookie|çerezleri kabul|мы используем cookie|принять все|cookieを(?:使用|受け入れ)|接受所有",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"subscribe (?:now )?to (?:continue|read|unlock)|to (?:continue|keep) reading|already a subscriber|subscribers? only|"
    r"this (?:article|content|story) is (?:for|reserved|only|exclusive)|(?:register|sign in|log in) to (?:continue|read)|"
    r"jetzt (?:abonnieren|weiterlesen)|weiterlesen mit|nur für abonnenten|abonnieren sie|bereits abonnent|"
    r"réservé aux abonnés|abonnez-vous|il vous reste \d+|déjà abonné|"
    r"(?:contenido )?(?:exclusivo|solo) para suscriptores|suscríbete|per gli abbonati|abbonati per|"
    r"exclusivo para assinantes|assine (?:agora|já)|alleen voor abonnees|материал доступен (?:только )?(?:по|для) подпис",
    re.IGNORECASE,
)
_LISTING_TYPES = {"website", "profile"}


def verdict(found: Extraction, hints: Hints, words: int) -> str:
    """Return why this is no article, beginning with the kind of page it is; '' when it is one.

    Phrases only count in short texts, so that an article that mentions cookies or subscriptions stays one.
    """
    for rule in (_by_title, _by_phrase, _by_paywall, _by_size):
        reason = rule(found, hints, words)
        if reason:
            return reason
    return ""


def _by_title(found: Extraction, hints: Hints, words: int) -> str:
    title = (found.title or hints.title).strip()
    for kind, rule in (("challenge", _CHALLENGE_TITLES), ("soft-404", _NOT_FOUND_TITLES)):
        if words < SHORT_WORDS and rule.match(title):
            return f"{kind}: the page is titled {title[:80]!r}"
    return ""


def _by_phrase(found: Extraction, hints: Hints, words: int) -> str:
    for kind, rule in (("challenge", _CHALLENGE), ("consent", _CONSENT)):
        said = rule.search(found.text) if words < SHORT_WORDS else None
        if said and (words < LEAST_WORDS * 2 or not _fits(found, hints)):
            return f"{kind}: {words} words, among them {said[0][:60]!r}"
    return ""


def _by_paywall(found: Extraction, hints: Hints, words: int) -> str:  # noqa: ARG001 - one shape for all rules
    said = _PAYWALL.search(found.text) if words < STUB_WORDS else None
    if said:
        return f"paywall: {words} words, among them {said[0][:60]!r}"
    if found.paywalled and words < STUB_WORDS:
        return f"paywall: the page says it is not free, and gives {words} words"
    return ""


def _by_size(found: Extraction, hints: Hints, words: int) -> str:  # noqa: ARG001 - one shape for all rules
    if words < LEAST_WORDS:
        return f"too-short: {words} words, {LEAST_WORDS} are needed"
    if found.page_type in _LISTING_TYPES and not found.published and found.links > words * LISTING_LINKS_A_WORD:
        return f"listing: {found.links} links for {words} words"
    return ""


def _fits(found: Extraction, hints: Hints) -> bool:
    """Whether the text speaks of what its headline or the feed's summary speaks of."""
    if hints.summary and alike(hints.summary, found.text[: len(hints.summary) * 2]) >= 0.3:  # noqa: PLR2004
        return True
    head = {word for word in folded(hints.title or found.title).split() if len(word) > 3}  # noqa: PLR2004
    return len(head & set(folded(found.text).split())) * 2 >= max(len(head), 1)
