"""The sketch of a text: hashes of its shingles, a few of them to be found by, and what guards against templates."""

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
SAMPLE_LEAST = 4
MAX_TOKENS = 20_000

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_TOKEN = re.compile(r"[^\W_]+(?:[.,:]\d+)*")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f'’]\d+)*")
_NAME = re.compile(r"[^.!?:»«\"“”„\n\s][ \t][(]?([A-ZÀ-ÞĀ-ŽΑ-ΩА-ЯЁІЇЄ][^\W\d_]+)")
_NOT_DIGIT = re.compile(r"\D")
_LETTER = re.compile(r"[^\W\d_]")
_LETTERS = re.compile(r"[^\W_]+")
_P1, _P2, _P3, _P4 = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5
_MASK = (1 << 64) - 1
_SIGN = 1 << 63
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u00ad": ""})
_COUNTED = {
    word: str(number)
    for number, words in {
        1: "one eins uno un",
        2: "two zwei deux dos due dois",
        3: "three drei trois tres tre três",
        4: "four vier quatre cuatro quattro quatro",
        5: "five fünf cinq cinco cinque",
        6: "six sechs seis sei",
        7: "seven sieben sept siete sette sete",
        8: "eight acht huit ocho otto oito",
        9: "nine neun neuf nueve nove",
        10: "ten zehn dix diez dieci dez",
        11: "eleven elf onze once undici",
        12: "twelve zwölf douze doce dodici doze",
    }.items()
    for word in words.split()
    if len(word) > 2  # noqa: PLR2004 - shorter ones are articles in one language or another
}
_DATED = set(
    "january february march april june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday januar februar märz mai juni juli oktober dezember montag dienstag mittwoch "
    "donnerstag freitag samstag sonntag janvier février mars avril juin juillet août septembre octobre novembre "
    "décembre lundi mardi mercredi jeudi vendredi samedi dimanche enero febrero marzo abril mayo junio julio agosto "
    "septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábado domingo".split()
)


def _folded(text: str) -> str:
    plain = text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)
    return plain.translate(_QUOTES)


def is_spaced(text: str) -> bool:
    """Whether the script of a text puts spaces between words; judged by its first 1,000 characters."""
    part = text[:1000]
    return len(_UNSPACED.findall(part)) * 2 < max(len(_LETTER.findall(part)), 1)


def _word_shingles(tokens: Sequence[str]) -> set[int]:
    hashes = [zlib.crc32(token.encode()) for token in tokens]
    if not hashes:
        return set()
    padded = hashes if len(hashes) >= SHINGLE_WORDS else hashes + [0] * (SHINGLE_WORDS - len(hashes))
    return {
        ((a * _P1) ^ (b * _P2) ^ (c * _P3) ^ (d * _P4)) & _MASK
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    }


def _char_shingles(text: str) -> set[int]:
    letters = "".join(_LETTERS.findall(text))[: MAX_TOKENS * 2]
    if not letters:
        return set()
    width = min(SHINGLE_CHARS, len(letters))
    runs = (letters[place : place + width].encode() for place in range(len(letters) - width + 1))
    return {(zlib.crc32(run) * _P1 ^ zlib.adler32(run) * _P2) & _MASK for run in runs}


def _sampled(shingles: Iterable[int]) -> tuple[int, ...]:
    """Return the shingles to be found by: one in eight, at most 32; of a short text the smallest ones.

    Which are taken depends on the shingle alone, so two texts that share shingles share their samples.
    """
    found = sorted(each for each in shingles if each % SAMPLE_OF == 0)[:SAMPLE_MOST]
    return tuple(found if len(found) >= SAMPLE_LEAST else sorted({*found, *sorted(shingles)[:SAMPLE_LEAST]}))


def _numbers(text: str, tokens: Iterable[str]) -> frozenset[str]:
    words = set(tokens)
    found = {_NOT_DIGIT.sub("", number) for number in _NUMBER.findall(text)}
    return frozenset(found | {_COUNTED[word] for word in words & _COUNTED.keys()} | (words & _DATED))


def _names(text: str) -> frozenset[str]:
    return frozenset(name.casefold() for name in _NAME.findall(text) if name[0].isupper())


def sketch(title: str, text: str, language: str) -> Sketch:  # noqa: ARG001 - headline and language may come to matter
    """Return the sketch of a text.

    Word 4-grams, or character 8-grams where words have no spaces; numbers with their separators removed, number words,
    names of months and days; capitalised words inside sentences (none in a script without capitals).
    """
    folded = _folded(text)
    lowered = folded.casefold()
    tokens = _TOKEN.findall(lowered)[:MAX_TOKENS]
    spaced = is_spaced(folded)
    hashes = _word_shingles(tokens) if spaced else _char_shingles(lowered)
    shingles = frozenset(each - (1 << 64) if each & _SIGN else each for each in hashes)
    return Sketch(shingles, _sampled(shingles), _numbers(folded, tokens), _names(folded), spaced)


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
