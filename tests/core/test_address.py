"""Which addresses may be asked, in whatever spelling they come."""

from ipaddress import ip_address

import pytest

from aggregator.core.address import is_local_name, is_loopback, is_public, literal


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "172.15.255.255",
        "172.32.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "2606:4700::1111",
        "[2606:4700::1111]",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
        "2001:0:4136:e378:8000:63bf:f7f7:f7f7",
        "134744072",
        "0x8.8.2056",
        "8.8.8.8.",
    ],
)
def test_a_public_address_may_be_asked_however_it_is_spelt(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("this network", "0.0.0.0"),
        ("this network", "0.1.2.3"),
        ("private", "10.0.0.1"),
        ("private", "172.16.0.1"),
        ("private", "172.31.255.255"),
        ("private", "192.168.1.1"),
        ("shared by a carrier", "100.64.0.1"),
        ("shared by a carrier", "100.127.255.255"),
        ("loopback", "127.0.0.1"),
        ("loopback", "127.255.255.254"),
        ("link-local, where clouds keep their secrets", "169.254.169.254"),
        ("protocol assignments", "192.0.0.170"),
        ("documentation", "192.0.2.1"),
        ("documentation", "198.51.100.1"),
        ("documentation", "203.0.113.1"),
        ("6to4 relays", "192.88.99.1"),
        ("benchmarks", "198.18.0.1"),
        ("benchmarks", "198.19.255.255"),
        ("multicast", "224.0.0.1"),
        ("multicast", "239.255.255.255"),
        ("reserved", "240.0.0.1"),
        ("broadcast", "255.255.255.255"),
        ("unspecified", "::"),
        ("loopback", "::1"),
        ("loopback", "[::1]"),
        ("IPv4-compatible", "::127.0.0.1"),
        ("mapped loopback", "::ffff:127.0.0.1"),
        ("mapped private", "::ffff:10.0.0.1"),
        ("mapped, in hexadecimal", "::ffff:a9fe:a9fe"),
        ("translated, not mapped", "::ffff:0:10.0.0.1"),
        ("NAT64 of a private address", "64:ff9b::10.0.0.1"),
        ("NAT64 of loopback", "64:ff9b::7f00:1"),
        ("NAT64 within one network", "64:ff9b:1::8.8.8.8"),
        ("NAT64 within one network, by its 48 bits", "64:ff9b:1:a00:0:100:808:808"),
        ("6to4 of a private address", "2002:a00:1::1"),
        ("6to4 of loopback", "2002:7f00:1::"),
        ("Teredo of a private address", "2001:0:4136:e378:8000:63bf:f5ff:fffe"),
        ("Teredo of loopback", "2001:0:4136:e378:8000:63bf:80ff:fffe"),
        ("unique local", "fc00::1"),
        ("unique local", "fd12:3456:789a::1"),
        ("link-local", "fe80::1"),
        ("link-local with its zone", "fe80::1%eth0"),
        ("site-local, as it once was", "fec0::1"),
        ("multicast", "ff02::1"),
        ("documentation", "2001:db8::1"),
        ("documentation", "3fff::1"),
        ("discard only", "100::1"),
        ("decimal loopback", "2130706433"),
        ("decimal cloud secrets", "2852039166"),
        ("hexadecimal loopback", "0x7f000001"),
        ("hexadecimal loopback in capitals", "0X7F.0x0.0x0.0x1"),
        ("octal loopback", "017700000001"),
        ("octal loopback in parts", "0177.0.0.01"),
        ("octal private", "012.0.0.1"),
        ("short loopback", "127.1"),
        ("short loopback in three", "127.0.1"),
        ("short private", "10.1"),
        ("zero", "0"),
        ("empty hexadecimal", "0x"),
        ("with a dot at the end", "127.0.0.1."),
    ],
)
def test_what_is_not_the_public_network_is_not_asked(kind: str, address: str) -> None:
    assert not is_public(address), kind


@pytest.mark.parametrize("name", ["news.example", "localhost", "", "1.2.3.4.example", "256.256.256.256", "1.2.3.4.5"])
def test_a_name_is_no_address_and_so_never_public(name: str) -> None:
    assert literal(name) is None
    assert not is_public(name)
    assert not is_loopback(name)


@pytest.mark.parametrize(
    ("spelt", "address"),
    [
        ("127.1", "127.0.0.1"),
        ("1.2.3", "1.2.0.3"),
        ("1.65535", "1.0.255.255"),
        ("4294967295", "255.255.255.255"),
        ("0300.0250.1.1", "192.168.1.1"),
        ("0xC0.0xA8.0x0101", "192.168.1.1"),
        ("[::1]", "::1"),
        ("fe80::1%eth0", "fe80::1"),
    ],
)
def test_loose_spellings_stand_for_one_address(spelt: str, address: str) -> None:
    assert literal(spelt) == ip_address(address)


@pytest.mark.parametrize(
    "spelt", ["4294967296", "1.16777216", "256.1", "08", "1.2.3.256", "1..2", "0xg", "-1", "9" * 5000]
)
def test_what_overflows_or_is_no_number_is_no_address(spelt: str) -> None:
    assert literal(spelt) is None


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("2130706433", True),
        ("0177.1", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("64:ff9b::127.0.0.1", True),
        ("128.0.0.1", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("::2", False),
        ("fe80::1", False),
    ],
)
def test_loopback_is_this_machine_and_nothing_beside_it(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("localhost", True),
        ("LocalHost", True),
        ("localhost.", True),
        ("news.localhost", True),
        ("a.b.localhost.", True),
        ("localhost.example", False),
        ("notlocalhost", False),
        ("127.0.0.1", False),
        ("", False),
    ],
)
def test_localhost_and_all_below_it_is_this_machine(name: str, expected: bool) -> None:
    assert is_local_name(name) is expected
