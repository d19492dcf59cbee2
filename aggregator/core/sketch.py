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
_SEPARATOR = re.compile(r"(?<=\d)[.,'’٫٬](?=\d)|(?<=\d) (?=\d{3}(?!\d))")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")
_NAME = re.compile(r"(?<![.!?:»«\"“”„…])[ \t(\-/]([^\W\d_]+)")
_MASK = (1 << 64) - 1
_SIGN = 1 << 63
_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
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
    folded = _folded(text[:MAX_CHARS])
    lowered = folded.casefold()
    spaced = is_spaced(folded)
    shingles = frozenset(_word_shingles(lowered) if spaced else _char_shingles(lowered))
    return Sketch(shingles, _sampled(shingles), _numbers(lowered), _names(folded), spaced)


def _folded(text: str) -> str:
    """Return a text in one spelling: composed, without unseen characters and separators in numbers, ASCII digits."""
    plain = text if text.isascii() else _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    joined = _SEPARATOR.sub("", plain)
    return joined if joined.isascii() else _NUMBER.sub(_digits, joined)


def _digits(found: re.Match[str]) -> str:
    number = found[0]
    return number if number.isascii() else "".join(str(unicodedata.digit(each)) for each in number)


def _mixed(value: int) -> int:
    """Return a signed 64-bit hash in which every bit depends on all bits of `value`."""
    value &= _MASK
    value = ((value ^ value >> 32) * _ODD[3]) & _MASK
    return (value ^ value >> 29 ^ _SIGN) - _SIGN


def _word_shingles(text: str) -> list[int]:
    first, second, third, fourth = _ODD
    hashes = [zlib.crc32(token.encode()) for token in _TOKEN.findall(text)]
    if len(hashes) < SHINGLE_WORDS:
        return [_mixed(sum(each * odd for each, odd in zip(hashes, _ODD, strict=False)))] if hashes else []
    grams = zip(hashes, hashes[1:], hashes[2:], hashes[3:], strict=False)
    return [_mixed(a * first + b * second + c * third + d * fourth) for a, b, c, d in grams]


def _char_shingles(text: str) -> list[int]:
    letters = "".join(_LETTERS.findall(text))
    last = max(len(letters) - SHINGLE_CHARS, 0)
    grams = [letters[place : place + SHINGLE_CHARS].encode() for place in range(last + 1)] if letters else []
    return [_mixed(zlib.crc32(gram) * _ODD[0] + zlib.adler32(gram) * _ODD[1]) for gram in grams]


def _sampled(shingles: Iterable[int]) -> tuple[int, ...]:
    """Return the shingles to be found by: one in eight, at most 32; of a short text the smallest ones besides.

    Which are taken depends on the shingle alone, so two texts that share shingles share their samples.
    """
    found = sorted(each for each in shingles if each % SAMPLE_OF == 0)[:SAMPLE_MOST]
    if len(found) >= SAMPLE_LEAST:
        return tuple(found)
    return tuple(sorted({*found, *heapq.nsmallest(SAMPLE_LEAST, shingles)}))


def _numbers(lowered: str) -> frozenset[str]:
    words = set(_WORD.findall(lowered))
    return frozenset(
        {*_NUMBER.findall(lowered), *(_COUNTED[word] for word in words & _COUNTED.keys()), *words & _DATED}
    )


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
