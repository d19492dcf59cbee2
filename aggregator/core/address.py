"""Which network addresses may be asked at all: public ones, in whatever spelling they come."""

import ipaddress
import re
from ipaddress import IPv4Address, IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_NEVER4 = ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/3")
_NEVER6 = ("64:ff9b:1::/48", "3fff::/20", "fec0::/10")  # RFC 8215, RFC 9637, RFC 3879: Python 3.11 thinks them global
_NEVER = tuple(ipaddress.ip_network(each) for each in _NEVER4 + _NEVER6)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_PARTS = 4


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host name spells, also in the octal, hexadecimal and shortened forms of IPv4.

    The forms are those of the WHATWG URL standard, section 3.5 (IPv4 parser); None for a name.
    """
    plain = host.strip("[]").rstrip(".").partition("%")[0]
    try:
        return ipaddress.ip_address(plain)
    except ValueError:
        return _loose(plain)


def _loose(plain: str) -> IPv4Address | None:
    parts = plain.split(".")
    if not 1 <= len(parts) <= _PARTS or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        numbers = [_value(part) for part in parts]
        last = numbers.pop()
        if any(number > 255 for number in numbers) or last >= 256 ** (_PARTS - len(numbers)):  # noqa: PLR2004
            return None
        return IPv4Address(last + sum(number << 8 * (3 - place) for place, number in enumerate(numbers)))
    except ValueError:
        return None


def _value(part: str) -> int:
    if part[:2].lower() == "0x":
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part.startswith("0") else int(part)


def _inside(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 one stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour or address
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64 or int(address) >> 32 == 0:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_loopback(address: str) -> bool:
    """Whether an address is this machine itself."""
    found = literal(address)
    return (found is not None and _inside(found).is_loopback) or found == IPv6Address("::1")


def is_public(address: str) -> bool:
    """Whether an address belongs to the public network (RFC 6890); a name is none."""
    found = literal(address)
    if found is None or found == IPv6Address("::1"):
        return False
    inner = _inside(found)
    if any(inner in network for network in _NEVER):
        return False
    return inner.is_global and not (
        inner.is_multicast or inner.is_reserved or inner.is_unspecified or inner.is_link_local
    )


def is_local_name(host: str) -> bool:
    """Whether a name always means this machine (RFC 6761 section 6.3)."""
    plain = host.rstrip(".").lower()
    return plain == "localhost" or plain.endswith(".localhost")
