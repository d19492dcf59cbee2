"""The sketch of a text: hashes of its shingles, a few of them to be found by, and what guards against templates."""

import heapq
import re
import sys
import unicodedata
import zlib
from array import array
from collections.abc import Iterable, Sequence

from aggregator.core.article import Sketch

SHINGLE_WORDS = 4
SHINGLE_CHARS = 8
SAMPLE_OF = 8
SAMPLE_MOST = 32
SAMPLE_LEAST = 8  # fewer, and two short texts that share 60 % of their shingles are missed one time in eight
MAX_CHARS = 200_000
JUDGED_CHARS = 2000

# Thai, Lao, Burmese, Khmer, kana and Chinese characters, each with the vowels and marks that belong to them
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LETTERS = re.compile(
    r"[\w\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3]+"
)
# `\w` knows no vowel marks: the blocks of India are listed, without their full stops
_TOKEN = re.compile(r"[\w\u0900-\u0963\u0966-\u0dff]+")
# what is not seen, or not always written: soft hyphens, zero widths, the vowel points of Arabic and Hebrew
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640]")
_FIGURE = re.compile(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)|(?<!\d)\d++(?:[.,'’٫٬]\d++)+")
_RUN = re.compile(r"\d[\d.,'’٫٬ ]+\d")  # where such a figure may be: found faster
_NUMBER = re.compile(r"\d+")
# A capital after a space, but not after the end of a sentence or before a line's first word, where all words have one
_NAME = re.compile(r"[ \t(\-/](?=[A-Z\u00c0-\uffff])(?<![.!?:»«\"“”„…].)([^\W\d_]+)")
_ODD = (0x3779B97F, 0x2545F491, 0x3C6EF35F, 0x27D4EB2F)  # below 2**30: products with 32 bits stay below 2**62
_COUNTED = {
    word: number
    for number, words in {
        "1": "one eins uno",
        "2": "two zwei deux dos due dois",
        "3": "three drei trois tres tre três",
        "4": "four vier quatre cuatro quattro quatro",
        "5": "five fünf cinq cinco cinque",
        "6": "six sechs seis",
        "7": "seven sieben sept siete sette",
        "8": "eight acht huit ocho otto oito",
        "9": "nine neun neuf nueve nove",
        "10": "ten zehn dix diez dieci dez",
        "11": "eleven elf onze undici",
        "12": "twelve zwölf douze doce dodici doze",
        "13": "thirteen dreizehn treize trece tredici",
        "14": "fourteen vierzehn quatorze catorce quattordici",
        "15": "fifteen fünfzehn quinze quince quindici",
        "16": "sixteen sechzehn seize dieciséis sedici",
        "17": "seventeen siebzehn diecisiete",
        "18": "eighteen achtzehn dieciocho",
        "19": "nineteen neunzehn diecinueve",
        "20": "twenty zwanzig vingt veinte venti vinte",
        "30": "thirty dreißig dreissig trente treinta trenta trinta",
        "40": "forty vierzig quarante cuarenta quaranta quarenta",
        "50": "fifty fünfzig cinquante cincuenta cinquanta",
        "60": "sixty sechzig soixante sesenta sessanta",
        "70": "seventy siebzig setenta settanta",
        "80": "eighty achtzig ochenta ottanta oitenta",
        "90": "ninety neunzig noventa novanta",
        "100": "hundred hundert cent cien ciento cento",
        "1000": "thousand tausend mille mil",
    }.items()
    for word in words.split()
}
_DATED = frozenset(
    """
    january february march april june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday januar jänner februar märz mai juni juli oktober dezember montag dienstag mittwoch
    donnerstag freitag samstag sonnabend sonntag janvier février mars avril juin juillet août septembre octobre novembre
    décembre lundi mardi mercredi jeudi vendredi samedi dimanche enero febrero marzo abril mayo junio julio agosto
    septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábado domingo
    """.split()
)
_SAID = _DATED.union(_COUNTED)


def is_spaced(text: str) -> bool:
    """Whether the script of a text puts spaces between words; judged by its first 2,000 characters."""
    part = text[:JUDGED_CHARS]
    unspaced = 0 if part.isascii() else len(_UNSPACED.findall(part))
    return not unspaced or unspaced * 2 < sum(map(str.isalpha, part))


def sketch(title: str, text: str, language: str) -> Sketch:  # noqa: ARG001 - the rules hold in any language
    """Return the sketch of a text, of its first 200,000 characters; the headline is each outlet's own and left out.

    Word 4-grams, or character 8-grams where words have no spaces; numbers without their separators, number words and
    names of months and days; capitalised words inside sentences (none in a script without capitals).
    """
    plain = folded(text[:MAX_CHARS])
    lowered = plain.casefold()
    tokens = _TOKEN.findall(lowered)
    spaced = is_spaced(plain)
    shingles = frozenset(_word_shingles(tokens) if spaced else _char_shingles(lowered))
    return Sketch(shingles, _sampled(shingles), _numbers(lowered, tokens), _names(plain), spaced)


def folded(text: str) -> str:
    """Return a text in one spelling: composed, without unseen characters and separators in numbers, ASCII digits."""
    if text.isascii():
        return _RUN.sub(_joined, text)
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return _NUMBER.sub(_digits, _RUN.sub(_joined, plain))


def _joined(run: re.Match[str]) -> str:
    return _FIGURE.sub(lambda figure: "".join(_NUMBER.findall(figure[0])), run[0])


def _digits(number: re.Match[str]) -> str:
    digits = number[0]
    return digits if digits.isascii() else "".join(str(unicodedata.digit(each)) for each in digits)


def _word_shingles(tokens: Sequence[str]) -> Iterable[int]:
    """Return 62-bit hashes of runs of four words; of fewer words one hash of all."""
    first, second, third, fourth = _ODD
    hashes = list(map(zlib.crc32, map(str.encode, tokens)))
    if 0 < len(hashes) < SHINGLE_WORDS:
        hashes += [0] * (SHINGLE_WORDS - len(hashes))
    grams = zip(hashes, hashes[1:], hashes[2:], hashes[3:], strict=False)
    return [a * first ^ b * second ^ c * third ^ d * fourth for a, b, c, d in grams]


def _char_shingles(text: str) -> Iterable[int]:
    """Return 62-bit hashes of runs of eight letters; of fewer letters one hash of all."""
    letters = "".join(_LETTERS.findall(text))
    last = max(len(letters) - SHINGLE_CHARS, 0) if letters else -1
    grams = [letters[place : place + SHINGLE_CHARS].encode() for place in range(last + 1)]
    return [zlib.crc32(gram) * _ODD[0] ^ zlib.adler32(gram) * _ODD[1] for gram in grams]


def _sampled(shingles: Iterable[int]) -> tuple[int, ...]:
    """Return the shingles to be found by: one in eight, at most 32; of a short text the smallest ones besides.

    Which are taken depends on the shingle alone, so two texts that share shingles share their samples.
    """
    found = sorted([each for each in shingles if each % SAMPLE_OF == 0])[:SAMPLE_MOST]
    if len(found) >= SAMPLE_LEAST:
        return tuple(found)
    return tuple(sorted({*found, *heapq.nsmallest(SAMPLE_LEAST, shingles)}))


def _numbers(lowered: str, tokens: Iterable[str]) -> frozenset[str]:
    said = _SAID.intersection(tokens)
    return frozenset({*_NUMBER.findall(lowered), *(_COUNTED.get(word, word) for word in said)})


def _names(text: str) -> frozenset[str]:
    return frozenset(name.casefold() for name in _NAME.findall(text) if name[0].isupper())


def pack(shingles: Iterable[int]) -> bytes:
    """Return hashes as bytes: signed 64-bit, little endian, ascending."""
    packed = array("q", sorted(shingles))
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def unpack(packed: bytes) -> frozenset[int]:
    """Return the hashes that `pack` wrote."""
    found = array("q")
    found.frombytes(packed)
    if sys.byteorder == "big":
        found.byteswap()
    return frozenset(found)
