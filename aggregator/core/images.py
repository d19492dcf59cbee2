"""The lead image of an article, and whom its caption or the page's JSON-LD credits for it."""

# ruff: noqa: E501, RUF001 - a pattern of words in many languages

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aggregator.core import ld_json

MAX_CREDIT = 300  # characters
MAX_CAPTION = 1_000
_UNFIT = re.compile(
    r"logo|placeholder|spacer|sprite|favicon|blank\.|1x1|default[-_]?(?:image|img|og|share)|avatar", re.IGNORECASE
)
_CREDIT = re.compile(
    r"(?:©|\(c\)|\b(?:photo(?:graph)?s?|image|picture|pic|fotos?|bild(?:er|nachweis|quelle)?|bilder|foto(?:grafía|grafia|graf)?|crédits?|credits?|imagen|imagem|immagine|"
    r"beeld|zdjęcie|fot|valokuva|kuva|fotó|fotoğraf|ảnh|фото|снимок|світлина|รูปภาพ)\b\.?(?:\s*(?:credits?|crédits?|courtesy(?: of)?|by|von|par|di|de|door|av|af))?\s*[:/.]|"
    r"\b(?:photo(?:graph)?|image|picture)\s+(?:courtesy(?: of)?|by)\s|(?:写真|撮影|提供|図|사진|图|图片来源|圖|資料照片)\s*[:：=＝／/]|صورة\s*:|الصورة\s*:|תצלום\s*:|צילום\s*:|फोटो\s*:)\s*(?P<who>[^|\n]{2,300})",
    re.IGNORECASE,
)
_NAMES = ("creditText", "creator", "author", "copyrightHolder", "copyrightNotice", "credit")


@dataclass(frozen=True, slots=True)
class Image:
    """An address as the page gives it, '' for none, and a credit."""

    url: str = ""
    credit: str = ""


def told(value: object, found: Sequence[ld_json.Node] = ()) -> tuple[Image, ...]:
    """Return the images in a JSON-LD value (address, ImageObject or several), the largest first where sizes are told."""
    images = []
    for each in ld_json.several(value):
        node = ld_json.joined(each, found)
        if url := ld_json.text(node, "url", "contentUrl"):
            images.append((_width(node), Image(url, _credited(node))))
    return tuple(image for _, image in sorted(images, key=lambda each: -each[0]))


def _width(node: object) -> int:
    said = ld_json.text(node.get("width"), "value") if isinstance(node, Mapping) else ""
    given = node.get("width") if isinstance(node, Mapping) else 0
    digits = re.match(r"\d{1,6}", said)
    return int(digits[0]) if digits else min(given, 100_000) if type(given) is int else 0


def _credited(node: object) -> str:
    if not isinstance(node, Mapping):
        return ""
    said = [ld_json.text(node.get(name), "name") for name in _NAMES]
    return next((credit[:MAX_CREDIT] for credit in said if credit and "://" not in credit), "")


def lead(offered: Iterable[Image], captions: Iterable[str] = ()) -> Image:
    """Return the lead image: the first of `offered` that is no logo or stand-in, credited by itself or by a caption.

    `captions` are the captions and credit lines that stand by the first pictures of the page.
    """
    images = [each for each in offered if each.url]
    chosen = next((each for each in images if not _UNFIT.search(each.url)), images[0] if images else Image())
    said = chosen.credit or next((who for caption in captions if (who := credit(caption))), "")
    return Image(chosen.url, said) if chosen.url else Image()


def credit(caption: str) -> str:
    """Return whom a caption credits for the picture (Photo: Vera Lund/AFP), '' for nobody."""
    found = list(_CREDIT.finditer(" ".join(caption[:MAX_CAPTION].split())))
    return found[-1]["who"].strip(" ()（）[].,;:-–/|")[:MAX_CREDIT] if found else ""
