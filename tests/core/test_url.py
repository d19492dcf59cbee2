"""What is one address, what is another one, and what is none."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core.errors import Refused
from aggregator.core.tracking import kept
from aggregator.core.url import clothes, disguises, host, key, normal, registrable, same_site

A = "https://news.example/2026/11/harbour"

CLEAN = [
    ("HTTPS://News.Example/A", "https://news.example/A"),
    ("  https://news.example/a\n", "https://news.example/a"),
    ("https://news.example/a\tb", "https://news.example/ab"),
    ("https://news.example", "https://news.example/"),
    ("https://news.example?page=2", "https://news.example/?page=2"),
    ("https://news.example./a", "https://news.example/a"),
    ("https://news.example:443/a", "https://news.example/a"),
    ("http://news.example:80/a", "http://news.example/a"),
    ("http://news.example:443/a", "http://news.example:443/a"),
    ("https://news.example:8443/a", "https://news.example:8443/a"),
    ("https://news.example:/a", "https://news.example/a"),
    ("https://news.example/a#comments", "https://news.example/a"),
    ("https://news.example/a?", "https://news.example/a"),
    ("https://news.example/a/./b/../c", "https://news.example/a/c"),
    ("https://news.example/../../a", "https://news.example/a"),
    ("https://news.example/a/..", "https://news.example/"),
    ("https://news.example/a/.", "https://news.example/a/"),
    ("https://news.example/%2e%2E/a", "https://news.example/a"),
    ("https://news.example/.well-known//x", "https://news.example/.well-known//x"),
    ("https://news.example/%7euser", "https://news.example/~user"),
    ("https://news.example/a%2fb", "https://news.example/a%2Fb"),
    ("https://news.example/grün", "https://news.example/gr%C3%BCn"),
    ("https://news.example/gr%c3%bcn", "https://news.example/gr%C3%BCn"),
    ("https://news.example/a b", "https://news.example/a%20b"),
    ("https://news.example/100%", "https://news.example/100%"),
    ("https://news.example/a?q=a b&x=\u00fc", "https://news.example/a?q=a%20b&x=%C3%BC"),
    ("https://news.example\\a\\b?c=\\d", "https://news.example/a/b?c=%5Cd"),
    ("https://news.example\\@evil.example/", "https://news.example/@evil.example/"),
    ("https://Müller.example/", "https://xn--mller-kva.example/"),
    ("https://straße.example/", "https://xn--strae-oqa.example/"),
    ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
    ("https://例え。テスト/", "https://xn--r8jz45g.xn--zckzah/"),
    ("https://ｎｅｗｓ.example/", "https://news.example/"),
    ("https://news%2Eexample/", "https://news.example/"),
    ("http://0x7f.1/", "http://127.0.0.1/"),
    ("http://2130706433/", "http://127.0.0.1/"),
    ("http://[2001:DB8:0:0::1]:80/", "http://[2001:db8::1]/"),
    ("https:///news.example/a", "https://news.example/a"),
    ("https:news.example/a", "https://news.example/a"),
    ("https:\\\\news.example\\a", "https://news.example/a"),
    ("https://@news.example/a", "https://news.example/a"),
    ("https://news.example/a?it's", "https://news.example/a?it%27s"),
    ("https://news.example/a|b^c", "https://news.example/a%7Cb%5Ec"),
    ("https://news.example/\ud800", "https://news.example/%EF%BF%BD"),
    ("https://ne\u00adws.example/", "https://news.example/"),
    ("https://faß.example/", "https://xn--fa-hia.example/"),
    ("http://0300.0250.1/", "http://192.168.0.1/"),
    ("http://[::ffff:1.2.3.4]/", "http://[::ffff:102:304]/"),
]

NONE = [
    "",
    "news.example/a",
    "//news.example/a",
    "ftp://news.example/a",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "mailto:desk@news.example",
    "https://",
    "https://user@news.example/",
    "https://user:word@news.example/",
    "https://:word@news.example/",
    "https://news.example:0/",
    "https://news.example:99999/",
    "https://news.example:port/",
    "https://[::1/",
    "https://[nonsense]/",
    "https://[fe80::1%25eth0]/",
    "https://news..example/",
    "https://news .example/",
    "https://news.example%2Fa/",
    "https://news.example%00/",
    "https://1.2.3.4.5/",
    "https://news.256/",
    f"https://{'a' * 64}.example/",
    f"https://{'a.' * 130}example/",
    f"https://{'ü' * 70}.example/",
    f"https://news.example/{'a' * 2000}",
    f"https://news.example/{'ü' * 400}",
    "https://a℀b.example/",
    "https://a|b.example/",
    "https://xn--/",
    "http://[::1%25lo]/",
    "http://1.2.3.400/",
    "http://0x100000000/",
]

SAME = [
    "http://news.example/2026/11/harbour",
    "https://www.news.example/2026/11/harbour",
    "HTTPS://WWW.NEWS.EXAMPLE/2026/11/harbour",
    "https://news.example/2026/11/harbour/",
    "https://news.example//2026/11/harbour",
    "https://news.example/2026/11/harbour/index.html",
    "https://news.example/2026/11/harbour/Default.aspx",
    "https://news.example/2026/11/harbour#top",
    "https://news.example/2026/11/harbour;jsessionid=0A1B",
    "https://news.example/2026/11/%68arbour",
    *(
        f"{A}?{query}"
        for query in (
            "utm_source=rss&utm_medium=feed",
            "UTM_Campaign=x&utm_content=7",
            "fbclid=IwAR0",
            "gclid=1&gbraid=2&wbraid=3",
            "at_medium=RSS&at_campaign=KARANGA",
            "at_link_id=1",
            "smid=tw-share",
            "mc_cid=1&mc_eid=2",
            "ref=rss",
            "ref=nl_morning",
            "ref_src=twsrc%5Etfw",
            "ns_campaign=bbcnews&ns_mchannel=social",
            "cmp=share_btn_tw",
            "CMP=fb_gu",
            "cid=social_twitter",
            "source=newsletter",
            "share=twitter",
            "mod=rss_world",
            "mod=hp_lead_pos1",
            "rss=1",
            "igshid=a&twclid=b&ttclid=c",
            "msclkid=1&yclid=2",
            "xtor=RSS-1",
            "wt_mc=x.y",
            "pk_campaign=a&mtm_source=b",
            "__twitter_impression=true",
            "unlocked_article_code=1.a",
            "_ga=1&_gl=2",
            "PHPSESSID=0a",
        )
    ),
]

DIFFERENT = [
    ("https://news.example/a?id=7", "https://news.example/a?id=8"),
    ("https://news.example/a?id=7", "https://news.example/a"),
    ("https://news.example/a?ID=7", "https://news.example/a?id=7"),
    ("https://news.example/a", "https://news.example/A"),
    ("https://news.example/a", "https://news.example/a/b"),
    ("https://news.example/a?page=1", "https://news.example/a?page=2"),
    ("https://news.example/a?ref=4711", "https://news.example/a?ref=4712"),
    ("https://news.example/a?cid=sports", "https://news.example/a?cid=world"),
    ("https://news.example/a?mod=viewthread", "https://news.example/a?mod=viewforum"),
    ("https://news.example/a?feed=7", "https://news.example/a?feed=8"),
    ("https://news.example/a?source=12", "https://news.example/a?source=13"),
    ("https://news.example/a?pk_id=1", "https://news.example/a?pk_id=2"),
    ("https://news.example/a?from=2026-11-01", "https://news.example/a?from=2026-11-02"),
    ("https://news.example/a?utm=1", "https://news.example/a?utm=2"),
    ("https://news.example/a%2Fb", "https://news.example/a/b"),
    ("https://news.example/a?x=1%262", "https://news.example/a?x=1&2"),
    ("https://news.example/a?x=a%2Bb", "https://news.example/a?x=a+b"),
    ("https://news.example:8443/a", "https://news.example/a"),
    ("https://blog.news.example/a", "https://news.example/a"),
    ("https://news.example/myindex.html", "https://news.example/"),
    ("https://m.news.example/a", "https://news.example/a"),
    ("https://news.example/a?print=1", "https://news.example/a"),
    ("https://strasse.example/a", "https://straße.example/a"),
]

DRESSED = [
    "https://amp.news.example/2026/11/harbour",
    "https://m.news.example/2026/11/harbour",
    "https://mobile.news.example/2026/11/harbour",
    "http://www.m.news.example/2026/11/harbour",
    "https://news.example/2026/11/harbour/amp/",
    "https://news.example/2026/11/harbour/amp",
    "https://news.example/amp/2026/11/harbour",
    "https://news.example/2026/amp/11/harbour",
    "https://news.example/2026/11/harbour.amp",
    "https://news.example/print/2026/11/harbour",
    "https://news.example/2026/11/harbour/print/",
    "https://news.example/mobile/2026/11/harbour",
    "https://news.example/2026/11/harbour?outputType=amp",
    "https://news.example/2026/11/harbour?amp",
    "https://news.example/2026/11/harbour?amp=1&utm_source=x",
    "https://news.example/2026/11/harbour?print=1",
    "https://news.example/2026/11/harbour?m=1",
    "https://amp.news.example/amp/2026/11/harbour.amp?amp=1",
    "https://news-example.cdn.ampproject.org/c/s/news.example/2026/11/harbour",
    "https://news-example.cdn.ampproject.org/v/s/amp.news.example/2026/11/harbour?usqp=mq331AQ&amp_js_v=0.1",
    "https://news-example.bing-amp.com/c/s/news.example/2026/11/harbour/amp",
    "https://www.google.com/amp/s/www.news.example/2026/11/harbour",
    "https://www.google.co.uk/amp/s/amp.news.example/2026/11/harbour",
    "https://news.example/2026/11/harbour?view=mobile",
    "https://news.example/2026/11/harbour?action=print",
    "https://web.archive.org/web/20261102030405/https://news.example/2026/11/harbour",
    "https://web.archive.org/web/2026id_/http://www.news.example:80/2026/11/harbour",
    "https://archive.example/newest/https://news.example/2026/11/harbour?utm_source=x",
    "https://reader.example/https:/news.example/2026/11/harbour",
    "https://reader.example/proxy/https%3A%2F%2Fnews.example%2F2026%2F11%2Fharbour",
    "https://reader.example/?url=https%3A%2F%2Fnews.example%2F2026%2F11%2Fharbour",
    "https://news-example.translate.goog/2026/11/harbour?_x_tr_sl=en&_x_tr_tl=de&_x_tr_hl=de",
    "https://translate.google.com/translate?sl=en&tl=de&u=https://news.example/2026/11/harbour",
    "https://webcache.googleusercontent.com/search?q=cache:abcdefghijkl:https://news.example/2026/11/harbour",
    "https://webcache.googleusercontent.com/search?q=cache:news.example/2026/11/harbour",
    "https://www.google.com/url?sa=t&url=https%3A%2F%2Fnews.example%2F2026%2F11%2Fharbour&usg=x",
]

UNLIKE = [
    "https://news.example/2026/11/harbour-amp",
    "https://news.example/2026/11/harbour?print=4",
    "https://news.example/2026/11/harbour?m=2",
    "https://news.example/2026/11/harbour?id=7",
    "https://news.example/print-media/2026/11/harbour",
    "https://amp-news.example/2026/11/harbour",
    "https://evil.example/c/s/news.example/2026/11/harbour",
    "https://evil.example/amp/s/news.example/2026/11/harbour",
    "https://evilcdn.ampproject.org.example/c/s/news.example/2026/11/harbour",
    "https://google.evil-site.example/amp/s/news.example/2026/11/harbour",
    "https://news.example/2026/11/harbour?url=about",
    "https://news.example/2026/11/harbour/https-for-all",
    "https://translate.goog.example/2026/11/harbour",
    "https://m.other.example/2026/11/harbour",
]

WORN = [
    (A, None),
    ("https://www.news.example/a", None),
    ("https://amp.news.example/a", "amp"),
    ("https://www.amp.news.example/a", "amp"),
    ("https://news.example/a.amp.html", "amp"),
    ("https://news-example.cdn.ampproject.org/c/s/m.news.example/a", "amp"),
    ("https://m.news.example/a", "mobile"),
    ("https://news.example/mobile/a", "mobile"),
    ("https://news.example/a?m=1", "mobile"),
    ("https://print.news.example/a", "print"),
    ("https://news.example/a/print/", "print"),
    ("https://news.example/a?print=1", "print"),
    ("https://reader.example/https://news.example/a", "proxy"),
    ("https://news-example.translate.goog/a", "proxy"),
]

SITES = [
    ("news.example", "news.example"),
    ("a.b.news.example", "news.example"),
    ("www.bbc.co.uk", "bbc.co.uk"),
    ("bbc.co.uk", "bbc.co.uk"),
    ("www.abc.net.au:8443", "abc.net.au"),
    ("www.asahi.co.jp", "asahi.co.jp"),
    ("www3.nhk.or.jp", "nhk.or.jp"),
    ("g1.globo.com.br", "globo.com.br"),
    ("mail.web.de", "web.de"),
    ("www.info.ch", "info.ch"),
    ("timesofindia.example.co.in", "example.co.in"),
    ("me.co.at", "me.co.at"),
    ("one.blogspot.com", "one.blogspot.com"),
    ("one.two.substack.com", "two.substack.com"),
    ("one.substack.com", "one.substack.com"),
    ("www.gov.uk", "www.gov.uk"),
    ("a.b.kawasaki.jp", "a.b.kawasaki.jp"),
    ("city.kawasaki.jp", "city.kawasaki.jp"),
    ("x.city.kawasaki.jp", "city.kawasaki.jp"),
    ("news.k12.ca.us", "news.k12.ca.us"),
    ("www.news.xn--p1ai", "news.xn--p1ai"),
    ("one.github.io", "one.github.io"),
    ("co.uk", "co.uk"),
    ("WWW.News.Example.", "news.example"),
    ("localhost", "localhost"),
    ("192.0.2.7", "192.0.2.7"),
    ("192.0.2.7:8080", "192.0.2.7"),
    ("[2001:db8::1]:80", "[2001:db8::1]"),
    ("[2001:db8::1]", "[2001:db8::1]"),
]


@pytest.mark.parametrize(("given_url", "clean"), CLEAN)
def test_an_address_has_one_clean_form(given_url: str, clean: str) -> None:
    assert normal(given_url) == clean
    assert normal(clean) == clean


@pytest.mark.parametrize("text", NONE)
def test_what_cannot_be_asked_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Refused) as caught:
        normal(text)
    assert 10 < len(caught.value.reason) < 700
    with pytest.raises(Refused):
        key(text)
    with pytest.raises(Refused):
        disguises(text)


def test_a_refusal_does_not_show_a_password() -> None:
    with pytest.raises(Refused) as caught:
        normal("https://me:hunter2@news.example/")
    assert "hunter2" not in caught.value.reason


def test_an_address_of_2000_characters_is_the_longest() -> None:
    longest = "https://news.example/".ljust(2000, "a")
    assert normal(longest) == longest
    assert key(longest) == longest.removeprefix("https:")
    with pytest.raises(Refused, match="2001 characters"):
        normal(longest + "a")


def test_a_key_that_grows_past_the_limit_is_refused() -> None:
    with pytest.raises(Refused, match="too long"):
        key("https://news.example/?" + "%&" * 900)


@pytest.mark.parametrize("disguised", SAME)
def test_the_key_sees_through_what_does_not_matter(disguised: str) -> None:
    assert key(disguised) == key(A) == "//news.example/2026/11/harbour"


def test_the_order_of_parameters_does_not_matter() -> None:
    assert key("https://news.example/a?b=2&utm_source=x&a=1") == key("https://news.example/a?a=1&b=2")
    assert key("https://news.example/a?b=2&a=1") == "//news.example/a?a=1&b=2"


def test_escapes_that_mean_the_same_make_the_same_key() -> None:
    assert key("https://news.example/it%27s%2C(a)") == key("https://news.example/it's,(a)")
    assert key("https://news.example/a?t=%C3%BC%2Fx") == key("https://news.example/a?t=ü/x")
    assert key("https://news.example/a?t=a%20b") == key("https://news.example/a?t=a+b")


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_may_be_another_page_has_another_key(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize("dressed", DRESSED)
def test_amp_mobile_and_print_pages_meet_the_page_itself(dressed: str) -> None:
    assert disguises(dressed) & disguises(A)
    assert key(dressed) in disguises(dressed)
    assert key(A) in disguises(dressed)


@pytest.mark.parametrize("other", UNLIKE)
def test_a_disguise_is_not_seen_where_there_is_none(other: str) -> None:
    assert not disguises(other) & disguises(A)


@pytest.mark.parametrize(("url", "worn"), WORN)
def test_the_outermost_clothes_have_a_name(url: str, worn: str | None) -> None:
    assert clothes(url) == worn


def test_a_translating_proxy_writes_hyphens_twice() -> None:
    assert "//my-news.example/a?id=7" in disguises("https://my--news-example.translate.goog/a?id=7&_x_tr_sl=en")


def test_dressed_pages_meet_each_other() -> None:
    assert disguises("https://m.news.example/a?id=7&print=1") & disguises("https://amp.news.example/a?id=7")
    assert not disguises("https://m.news.example/a?id=7") & disguises("https://amp.news.example/a?id=8")


@pytest.mark.parametrize(
    "front", ["https://news.example/amp", "https://news.example/print", "https://news.example/amp/"]
)
def test_a_page_that_is_called_amp_is_not_the_front_page(front: str) -> None:
    assert not disguises(front) & disguises("https://news.example/")


def test_an_odd_address_inside_a_cache_is_left_alone() -> None:
    odd = "https://x.cdn.ampproject.org/c/s/a..b/c"
    assert disguises(odd) == {key(odd)}


def test_a_shipped_html_page_keeps_its_ending_without_amp() -> None:
    assert "//news.example/a.html" in disguises("https://news.example/a.amp.html")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://News.Example/a", "news.example"),
        ("https://news.example:443/", "news.example"),
        ("http://news.example:8080/", "news.example:8080"),
        ("https://[::1]:8443/", "[::1]:8443"),
        ("https://www.news.example/", "www.news.example"),
    ],
)
def test_a_host_has_its_port_only_where_it_is_not_the_usual_one(url: str, name: str) -> None:
    assert host(url) == name


@pytest.mark.parametrize(("name", "site"), SITES)
def test_the_registered_part_of_a_host_name(name: str, site: str) -> None:
    assert registrable(name) == site


def test_a_subdomain_is_of_the_same_site_and_a_lookalike_is_not() -> None:
    assert same_site("https://m.news.example/a", "http://www.news.example/b")
    assert same_site("https://bbc.co.uk/a", "https://www.bbc.co.uk/b")
    assert not same_site("https://bbc.co.uk/a", "https://itv.co.uk/b")
    assert not same_site("https://fakenews.example/a", "https://news.example/a")
    assert not same_site("https://one.blogspot.com/", "https://two.blogspot.com/")


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("utm_whatever", "1", True),
        ("utm", "1", False),
        ("utm_", "1", False),
        ("Fbclid", "", True),
        ("xfbclid", "1", False),
        ("ref", "rss", True),
        ("ref", "", False),
        ("rss", "", True),
        ("rss", "42", False),
        ("cid", "eml_nbn_20261103", True),
        ("from", "home", False),
        ("from", "homepage", True),
        ("p", "rss", False),
        ("id", "newsletter", False),
    ],
)
def test_a_parameter_that_may_be_content_is_judged_by_its_value(name: str, value: str, verdict: bool) -> None:
    assert (kept(A, [(name, value)]) == []) is verdict


_pieces = st.sampled_from(
    [
        "a",
        "amp",
        "print",
        "..",
        ".",
        "",
        "index.html",
        "%2e",
        "%41",
        "%2F",
        "%",
        "ü",
        "b.amp",
        "c d",
        "mobile",
        ";x=1",
        "\\",
    ]
)
_hosts = st.sampled_from(
    ["news.example", "www.m.amp.news.example", "M.News.co.uk", "www.example", "straße.example", "10.0.0.1"]
)
_queries = st.lists(
    st.sampled_from(["a=1", "b", "amp=1", "UTM_x=1", "c=%26", "d=+", "=e", "&", "m=1", "f=ü", "g=%"]), max_size=4
)


@given(st.sampled_from(["http", "HTTPS"]), _hosts, st.lists(_pieces, max_size=5), _queries)
def test_cleaning_and_naming_twice_changes_nothing(scheme: str, name: str, path: list[str], query: list[str]) -> None:
    url = f"{scheme}://{name}/{'/'.join(path)}?{'&'.join(query)}"
    clean = normal(url)
    assert normal(clean) == clean
    assert clean.isascii()
    assert key(clean) == key(url)
    assert key("https:" + key(url)) == key(url)
    assert disguises(clean) == disguises(url)
    assert len(disguises(url)) <= 2


@given(st.text(max_size=60))
@settings(deadline=None)  # the first answer waits for the Public Suffix List
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for candidate in (text, f"https://{text}", f"https://news.example/{text}"):
        try:
            clean = normal(candidate)
        except Refused:
            continue
        assert clean.startswith(("http://", "https://"))
        assert len(disguises(candidate)) in {1, 2}
        assert same_site(clean, clean)


_near_clean = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https"]),
    st.lists(
        st.sampled_from(["news", "WWW", "www", "a_b-c", "xn--mller-kva", "1", "0x7f", "co", "uk", "", "m", "x" * 64, "é"]),
        min_size=1, max_size=4,
    ).map(".".join) | st.sampled_from(["a." * 130 + "example", "1.2.3.4", "news.example:443", "news.example:8080", "u@a.example"]),
    st.lists(
        st.sampled_from(
            ["", "a", "A.html", ".", "..", ".well-known", "a..", "%7e", "%2F", "b c", "index.html", "x;jsessionid=1", "[", "\\",
             "'(*)'", "@:~", "amp", "ü", "x" * 2000]
        ),
        max_size=4,
    ).map(lambda path: "".join(f"/{piece}" for piece in path)),
    st.lists(
        st.sampled_from(["id=7", "utm_source=rss", "q=a+b", "b", "=", "", "ref=rss", "x=%41", "y=/?'", "z=a;b", "s=a b", "?", "amp=1"]),
        max_size=3,
    ).map(lambda query: f"?{'&'.join(query)}" if query else "") | st.sampled_from(["#top", "?", "?#", "\n"]),
)  # fmt: skip


def _answer(rule: Callable[[str], object], url: str) -> object:
    try:
        return rule(url)
    except Refused:
        return Refused


@pytest.mark.parametrize("rule", [normal, host, key, disguises])
@given(url=_near_clean)
@settings(max_examples=300, deadline=None)
def test_an_address_that_is_known_to_be_clean_at_a_glance_means_what_it_means_when_taken_apart(
    rule: Callable[[str], object], url: str
) -> None:
    taken_apart = url.replace("http", "HTTP", 1)
    assert _answer(rule, url) == _answer(rule, taken_apart)
