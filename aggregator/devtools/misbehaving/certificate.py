"""A self-signed certificate for 127.0.0.1 and localhost, made with the standard library alone.

The key is RSA with 2048 bits, fresh in every process; it protects nothing and lives for a week. The forms are those of
RFC 5280 (certificate) and RFC 8017 (key, and signature PKCS #1 v1.5 with SHA-256), written in DER (X.690).
"""

import base64
import functools
import math
import secrets
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

BITS = 2048
_EXPONENT = 65537
_RSA = bytes.fromhex("06092a864886f70d010101")  # OID rsaEncryption
_SHA256_RSA = bytes.fromhex("06092a864886f70d01010b")  # OID sha256WithRSAEncryption
_COMMON_NAME = bytes.fromhex("0603550403")  # OID commonName
_ALT_NAME = bytes.fromhex("0603551d11")  # OID subjectAltName
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # RFC 8017 section 9.2, note 1
_SMALL = math.prod(odd for odd in range(3, 2000, 2) if all(odd % lower for lower in range(3, math.isqrt(odd) + 1, 2)))
_NULL = b"\x05\x00"


@functools.cache
def context() -> ssl.SSLContext:
    """Return what a server needs to speak TLS under a fresh self-signed certificate; takes a second or a few."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "self-signed.pem"
        file.touch(mode=0o600)
        file.write_text(_pem(datetime.now(UTC)), "ascii")
        made.load_cert_chain(file)
    return made


def _pem(now: datetime) -> str:
    prime, other = _prime(), _prime()
    modulus = prime * other
    private = pow(_EXPONENT, -1, (prime - 1) * (other - 1))
    parts = (private % (prime - 1), private % (other - 1), pow(other, -1, prime))
    key = _sequence(*map(_integer, (0, modulus, _EXPONENT, private, prime, other, *parts)))
    content = _content(now, modulus)
    algorithm = _sequence(_SHA256_RSA, _NULL)
    certificate = _sequence(content, algorithm, _bits(_signature(content, modulus, private)))
    return _armoured("RSA PRIVATE KEY", key) + _armoured("CERTIFICATE", certificate)


def _content(now: datetime, modulus: int) -> bytes:
    name = _sequence(_der(0x31, _sequence(_COMMON_NAME, _der(0x0C, b"misbehaving.invalid"))))
    times = (now - timedelta(days=1), now + timedelta(days=7))
    public = _sequence(_sequence(_RSA, _NULL), _bits(_sequence(_integer(modulus), _integer(_EXPONENT))))
    names = _sequence(_der(0x82, b"localhost"), _der(0x87, bytes((127, 0, 0, 1))))
    return _sequence(
        _der(0xA0, _integer(2)),  # version 3
        _integer(secrets.randbits(64)),
        _sequence(_SHA256_RSA, _NULL),
        name,
        _sequence(*(_der(0x17, f"{time:%y%m%d%H%M%SZ}".encode()) for time in times)),
        name,
        public,
        _der(0xA3, _sequence(_sequence(_ALT_NAME, _der(0x04, names)))),
    )


def _signature(content: bytes, modulus: int, private: int) -> bytes:
    told = _SHA256_INFO + sha256(content).digest()
    padded = b"\x00\x01" + b"\xff" * (BITS // 8 - len(told) - 3) + b"\x00" + told
    return pow(int.from_bytes(padded), private, modulus).to_bytes(BITS // 8)


def _prime() -> int:
    """Return a probable prime of half the bits; its two highest bits are set, so that a product has all of them."""
    half = BITS // 2
    while True:
        odd = secrets.randbits(half) | (3 << (half - 2)) | 1
        if math.gcd(odd, _SMALL) == 1 and odd % _EXPONENT != 1 and _passes(odd):
            return odd


def _passes(odd: int) -> bool:
    """Apply Fermat's test, which is enough for a random number and a key that guards nothing."""
    return all(pow(base, odd - 1, odd) == 1 for base in (2, 3, 5, 7))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:  # noqa: PLR2004 - the short form of a length
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def _bits(content: bytes) -> bytes:
    return _der(0x03, b"\x00" + content)


def _armoured(label: str, content: bytes) -> str:
    text = base64.encodebytes(content).decode("ascii")
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n"
