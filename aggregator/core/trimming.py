"""What stands in an article's body and is not its text: the headline told again, bylines, links elsewhere, calls."""

# ruff: noqa: E501, RUF001 - phrases and patterns in many scripts

import re
from collections.abc import Sequence

from aggregator.core import headline
from aggregator.core.blocks import Block, grams, share, size, tokens
from aggregator.core.credits import credit
from aggregator.core.headline import folded

SAME_HEADLINE = 0.9
HEAD, TAIL = 5, 6  # blocks at either end in which headline, byline and leftovers stand
LINKED, LABELLED = 0.8, 0.5  # shares of links in a block that leads elsewhere, without and with a label before it
SHORT, LINE = 60, 130  # characters of a leftover, and of a byline or notice
KICKER = 60  # characters that stand before or after a headline that is told again
LABEL = 30  # characters of a label at the head of a body that says what follows
PLEA = 420  # characters of a request to the reader at the end
AFTER = 4  # a plea may be followed by a fourth of the text, all short lines
AGAIN = 60  # characters of a block that is told once only; shorter ones may be a refrain
TWICE = 0.7  # share of a list's words that the text says again, when the list stands before it as a summary

_CALL = re.compile(
    r"(?:read (?:more|also|next)|also read|see also|related(?: (?:articles?|stories|topics|news))?|more (?:on|from) |"
    r"share (?:this|on)|follow us|sign up for|newsletter|click here|advertisement|"
    r"(?:you )?(?:might|may) also like|recommended|most read|lesen sie (?:auch|mehr)|mehr zum thema|auch interessant|"
    r"das könnte sie|teilen|anzeige|lire aussi|à lire aussi|lire la suite|partager|"
    r"l[ea]e también|lea también|le puede interesar|te puede interesar|comparte|más información|leggi anche|condividi|"
    r"leia (?:também|mais)|veja também|compartilhe|lees (?:ook|meer)|les også|läs (?:också|mer)|læs også|lue myös|"
    r"czytaj (?:więcej|też|także)|zobacz także|čtěte také|přečtěte si|olvassa|citește și|читайте также|читайте також|"
    r"смотрите также|ayrıca oku|ilgili haberler|baca juga|đọc thêm|xem thêm|اقرأ أيضا|اقرأ أيضًا|קראו גם|यह भी पढ़ें|"
    r"関連記事|あわせて読みたい|相关(?:阅读|新闻)|延伸阅读|延伸閱讀|관련기사)(?:\W.{0,120})?",
    re.IGNORECASE,
)
_PLEA = re.compile(
    r"\b(?:whatsapp|newsletters?|e-?paper|push-(?:nachrichten|notifications?)|"
    r"(?:news|nachrichten)-app|subscribe(?:rs)?|sign up|follow (?:us|\w+ on)|join (?:our|the) (?:conversation|comment\w*|discussion)|"
    r"commenting forum|bookmark our|all rights reserved|more to follow|get in touch|email us|contact us|"
    r"do you have a (?:story|tip)|support (?:our|independent) journalism|"
    r"abonnier\w+|registrier\w+ sie sich|fehler (?:gefunden|entdeckt)|folgen sie uns|folgst du|"
    r"abonnez-vous|abonnés|inscrivez-vous|suivez-nous|il vous reste|"
    r"suscr[ií]b\w+|síguenos|únete a nuestro|regístrate|"
    r"abbonati|iscriviti|seguici|assine|inscreva-se|siga-nos|"
    r"abonneer je|meld je aan|volg ons|abonner på|følg oss|tips oss|prenumerera|följ oss|tilaa uutiskirje|"
    r"subskrybuj|zapisz się|obserwuj nas|odebírejte|sledujte nás|feliratkozás|abonează-te|urmărește-ne|"
    r"abone ol\w*|bizi takip ed\w+|berlangganan|ikuti kami)\b|"
    r"подписывайтесь|подпишитесь|підписуйтесь|підпишіться|абонирайте се|εγγραφείτε|ακολουθήστε|"
    r"اشترك|تابعونا|הירשמו|עקבו אחרינו|सब्सक्राइब|फॉलो करें|สมัครสมาชิก|ติดตามเรา|đăng ký nhận|theo dõi chúng tôi|"
    r"会員(?:限定|登録|になると|向け)|読み放題|メールマガジン|関注我們|关注我们|訂閱|订阅|구독|무단\s?전재",
    re.IGNORECASE,
)
_LABEL = re.compile(r"[^.!?。！？\n]{1,40}[:：|»]\s*")
_NOTICE = re.compile(
    r"©|\(c\) ?\d{4}|\bcopyright\b|all rights reserved|alle rechte vorbehalten|tous droits réservés", re.IGNORECASE
)
_ENDED = re.compile(r"[.!?…:;\"”»’'。！？」』।؟۔)）]\s*$")
_CLOSED = re.compile(r"[.!?…。！？।؟۔][\"”»’'」』)）]*\s*$")
_CLOCK = re.compile(r"\b\d{1,2}[:.]\d{2}\b|\d{1,2}時|\b\d{1,2}h\d{2}\b")
_DAY = re.compile(r"\b(?:19|20)\d{2}\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d{1,2}月\s?\d{1,2}日|\d{4}年")
_BY = re.compile(r"(?:by|von|par|por|di|door|av|af|text|texte|testo)\b:? +\w", re.IGNORECASE)
_CREDITED = re.compile(
    r"(?:photos?|fotos?|bild(?:er)?|images?|picture|photograph|imagen|foto(?:grafie|grafia)?|写真|图片|圖片|사진|фото)"
    r"(?: ?(?:credits?|by|courtesy)| ?[:：])",
    re.IGNORECASE,
)
_SAYS = re.compile(r"[^\W_]")
_LETTER = re.compile(r"[^\W\d_]+")
_POST = re.compile(r"pic\.twitter\.com/|^— .{1,90}\(@\w{1,20}\)", re.MULTILINE)


def trimmed(found: Sequence[Block], titles: Sequence[str], authors: Sequence[str]) -> list[Block]:
    """Return the blocks of a body without what is not the article's text.

    That is the headline told again, the byline and its date, a summary in points that the text tells again, links to
    other articles, calls to action, and lines at either end that are no sentence; an agency's credit stays. When less
    than half would be left, nothing is taken away.
    """
    names = [name for author in authors if (name := folded(author))]
    plain = [folded(title).replace(" ", "") for title in titles]
    kept = [
        block
        for place, block in enumerate(found)
        if _SAYS.search(block.words)
        and not leads_away(block)
        and not _embedded(block)
        and not _picture(block)
        and not _notice(block)
        and not (place < HEAD and (_headline(block, titles) or _kicked(block, plain) or _dated(block)))
        and not ((place < HEAD or place >= len(found) - TAIL // 2) and _byline(block, names))
        and not (place >= len(found) - TAIL // 2 and _portrait(block, names))
    ]
    kept = _once(_cut_head(_cut_tail(kept)))
    return kept if 2 * size(kept) >= size(found) else list(found)


def without_headline(found: Sequence[Block], titles: Sequence[str]) -> list[Block]:
    """Return the blocks without a headline told again among the first of them."""
    return [block for place, block in enumerate(found) if place >= HEAD or not _headline(block, titles)]


def _once(kept: list[Block]) -> list[Block]:
    """Return the blocks without a lead that the next paragraph tells again, and without long ones that stand twice."""
    begins = len(kept) > 1 and AGAIN <= len(kept[0].words) < len(kept[1].words)
    if begins and share(kept[0].words, grams(kept[1].words)) >= SAME_HEADLINE:
        kept = kept[1:]
    seen: set[str] = set()
    found = []
    for block in kept:
        if len(block.words) < AGAIN or block.words not in seen:
            found.append(block)
        seen.add(block.words)
    return found


def _cut_head(kept: list[Block]) -> list[Block]:
    """Return the blocks without labels and a summary in points before the first paragraph."""
    while len(kept) > TAIL // 2 and _label(kept[0]):
        kept = kept[1:]
    begin = 1 if kept and kept[0].kind == "head" else 0
    if len(kept) > begin + TAIL // 2 and kept[begin].kind == "list":
        rest = set(tokens("\n".join(block.words for block in kept[begin + 1 :])))
        said = tokens(kept[begin].words)
        if said and sum(word in rest for word in said) >= TWICE * len(said):
            return kept[begin + 1 :]
    return kept


def _cut_tail(kept: list[Block]) -> list[Block]:
    """Return the blocks without leftovers and pleas at the end."""
    for _ in range(TAIL):
        if len(kept) > TAIL // 2 and (_leftover(kept[-1]) or plea(kept[-1])):
            kept = kept[:-1]
    for place in range(max(len(kept) - TAIL - 2, TAIL // 2), len(kept)):
        after = kept[place + 1 :]
        brief = all(len(block.words) < PLEA // 2 for block in after) and AFTER * size(after) < size(kept)
        if brief and plea(kept[place]):
            return _cut_tail(kept[:place])
    return kept


def leads_away(block: Block) -> bool:
    """Whether a block is there to be left: nearly all link, a label and a link, or a call to read or do something."""
    if block.kind not in {"p", "list", "head"}:
        return False
    part = block.linked / len(block.words)
    if block.kind == "list" and part >= LABELLED:
        return True
    if block.kind != "head" and (part >= LINKED or (part >= LABELLED and _LABEL.match(block.words))):
        return True
    return _CALL.fullmatch(block.words) is not None


def plea(block: Block) -> bool:
    """Whether a last block asks the reader to subscribe, follow, write or come back."""
    return len(block.words) < PLEA and bool(_PLEA.search(block.words)) and not credit(block.words, ())


def _headline(block: Block, titles: Sequence[str]) -> bool:
    if len(block.words) > headline.MAX_LENGTH:
        return False
    return any(headline.alike(block.words, title) >= SAME_HEADLINE for title in titles)


def _kicked(block: Block, plain: Sequence[str]) -> bool:
    """Whether a block is one of the headlines (folded, without spaces) and a few words before or after it."""
    if len(block.words) > headline.MAX_LENGTH:
        return False
    said = folded(block.words).replace(" ", "")
    return any(
        len(title) > KICKER // 4
        and len(said) <= len(title) + KICKER
        and (said.startswith(title) or said.endswith(title))
        for title in plain
    )


def _dated(block: Block) -> bool:
    """Whether a block is a date of publication: a day and a time or a date, and hardly anything else."""
    if block.kind == "head" or len(block.words) >= SHORT + KICKER // 2 or _CLOSED.search(block.words):
        return False
    letters = sum(map(len, _LETTER.findall(block.words)))
    return letters < SHORT // 2 and bool(_CLOCK.search(block.words) or _DAY.search(block.words))


def _byline(block: Block, names: Sequence[str]) -> bool:
    if len(block.words) >= LINE:
        return False
    said = folded(block.words)
    if len(said) >= SHORT or credit(block.words, ()):
        return False
    return any(name in said for name in names) or bool(_BY.match(block.words) and not _CLOSED.search(block.words))


def _portrait(block: Block, names: Sequence[str]) -> bool:
    """Whether a block tells who the author is: it begins with the name, maybe after a word or two."""
    if len(block.words) >= PLEA:
        return False
    said = folded(block.words)[: KICKER * 2]
    return any(" " in name and 0 <= said.find(name) <= KICKER // 3 for name in names)


def _picture(block: Block) -> bool:
    """Whether a block says whose a picture is."""
    return block.kind == "p" and len(block.words) < LINE and _CREDITED.match(block.words) is not None


def _embedded(block: Block) -> bool:
    """Whether a quotation is a post of a social network that is shown in the article: somebody else's text."""
    return block.kind == "quote" and bool(_POST.search(block.words))


def _notice(block: Block) -> bool:
    return len(block.words) < LINE and bool(_NOTICE.search(block.words)) and not credit(block.words, ())


def _label(block: Block) -> bool:
    """Whether a first block is a word or two that name what follows, not a sentence nor an agency's credit."""
    brief = block.kind in {"p", "head"} and len(block.words) < LABEL and not _CLOSED.search(block.words)
    return brief and not credit(block.words, ())


def _leftover(block: Block) -> bool:
    """Whether a last block is a heading with nothing under it, or a few words that are no sentence."""
    if block.kind == "head":
        return True
    brief = block.kind == "p" and len(block.words) < SHORT and not _ENDED.search(block.words)
    return brief and not credit(block.words, ())
