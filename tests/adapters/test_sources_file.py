"""config/sources.toml: what is read, what is refused and how that is said, and what is written."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.adapters import sources_file
from aggregator.core.errors import Refused
from aggregator.core.override import Override
from aggregator.core.source import Show, Source
from aggregator.core.url import host, normal

LEAST = 'name = "Tribune"\nslug = "tribune"\nfeeds = ["https://tribune.example/feed"]'


def file_of(folder: Path, *tables: str) -> Path:
    file = folder / "sources.toml"
    file.write_text("".join(f"[[source]]\n{table}\n" for table in tables), encoding="utf-8")
    return file


def test_a_source_needs_name_slug_and_feeds_and_is_shown_by_excerpts(tmp_path: Path):
    (spec,) = sources_file.read(file_of(tmp_path, LEAST))
    assert (spec.name, spec.slug, spec.show) == ("Tribune", "tribune", Show.EXCERPT)
    assert spec.feeds == ("https://tribune.example/feed",)


def test_every_key_is_read(tmp_path: Path):
    rest = {"url": "https://t.example/", "country": "no", "language": "nb", "licence": "CC0-1.0"}
    rest |= {"licence_url": "https://licence.example/", "licence_stated_at": "https://t.example/terms"}
    table = LEAST + "".join(f'\n{key} = "{value}"' for key, value in rest.items()) + '\nshow = "full"'
    (spec,) = sources_file.read(file_of(tmp_path, table))
    assert {key: getattr(spec, key) for key in rest} == rest
    assert spec.show is Show.FULL


@pytest.mark.parametrize(
    "lines",
    [
        "extract = { body = ['.story', '//article'], title = ['h1'] }",
        "[source.extract]\nbody = ['.story', '//article']\nremove = []\ntitle = ['h1']",
    ],
)
def test_an_override_is_read_from_an_inline_table_or_one_of_its_own(tmp_path: Path, lines: str):
    first, second = sources_file.read(file_of(tmp_path, f"{LEAST}\n{lines}", LEAST.replace("tribune", "other")))
    assert first.override == Override(body=(".story", "//article"), title=("h1",))
    assert second.override == Override()


def test_an_empty_file_names_no_sources(tmp_path: Path):
    assert sources_file.read(file_of(tmp_path)) == ()


LONG = "a" * 81
WRONG = [
    ('slug = "tribune"\nfeeds = ["https://t.example/f"]', "number 2: name is missing"),
    (LEAST.replace('slug = "tribune"', 'slug = "The Tribune"'), "number 2: slug = 'The Tribune' must be lower-case"),
    (LEAST.replace('slug = "tribune"', 'slug = "tribune-"'), "slug = 'tribune-' must be"),
    (LEAST.replace('slug = "tribune"', f'slug = "{LONG}"'), f"slug = '{LONG}' must be"),
    (LEAST.replace('slug = "tribune"', "slug = 7"), "number 2: slug = 7 must be a text"),
    (LEAST.replace('slug = "tribune"', ""), "number 2: slug = '' must be"),
    (LEAST + '\nshow = "all"', "number 2: show = 'all'; allowed are headline, excerpt, full"),
    (LEAST + '\nshow = "full"', 'number 2: show = "full" needs licence and licence_url'),
    (LEAST + '\nshow = "full"\nlicence = "CC0-1.0"', 'show = "full" needs licence and licence_url'),
    (
        LEAST + '\nlicense = "CC0-1.0"',
        "number 2: license = 'CC0-1.0' is unknown; allowed are country, extract, feeds, language, licence,",
    ),
    ('name = "T"\nslug = "t"', "number 2: feeds = [] must be a list of addresses, at least one"),
    ('name = "T"\nslug = "t"\nfeeds = "https://t.example/f"', "feeds = 'https://t.example/f' must be a list"),
    ('name = "T"\nslug = "t"\nfeeds = [1]', "feeds = [1] must be a list"),
    (LEAST + '\nextract = ".story"', "number 2: extract = '.story' must be a table with body, remove, title"),
    (LEAST + '\nextract.text = [".a"]', "extract.text = ['.a'] is unknown; allowed are body, remove, title"),
    (LEAST + '\nextract.body = ".story"', "extract.body = '.story' must be a list of CSS selectors or XPaths"),
    (LEAST + "\nextract.body = [7]", "extract.body = [7] must be a list"),
    (LEAST + '\nextract.title = [""]', "an expression of an override is empty"),
    (LEAST + f"\nextract.remove = {['p'] * 21}", "number 2: extract = {'remove': ['p', 'p',"),
]


@pytest.mark.parametrize(("table", "said"), WRONG)
def test_a_wrong_table_is_refused_with_its_number_key_value_and_what_is_allowed(tmp_path: Path, table: str, said: str):
    right = LEAST.replace("tribune", "other")
    with pytest.raises(Refused) as refused:
        sources_file.read(file_of(tmp_path, right, table))
    assert said in refused.value.reason
    assert "sources.toml" in refused.value.reason


def test_two_sources_of_one_slug_are_refused(tmp_path: Path):
    with pytest.raises(Refused, match="slug = 'tribune' is there twice"):
        sources_file.read(file_of(tmp_path, LEAST, LEAST))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[source]\n", "is not valid TOML"),
        ("[sources]\n", "only [[source]] tables are allowed, found sources"),
        ("source = 3\n", "only [[source]] tables are allowed"),
        ("source = [3]\n", "number 1: a table is wanted, found 3"),
    ],
)
def test_what_is_no_list_of_sources_is_refused(tmp_path: Path, text: str, said: str):
    file = tmp_path / "sources.toml"
    file.write_text(text)
    with pytest.raises(Refused) as refused:
        sources_file.read(file)
    assert said in refused.value.reason


def test_a_file_that_is_missing_no_file_not_text_or_too_large_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="aggregator init"):
        sources_file.read(tmp_path / "none.toml")
    with pytest.raises(Refused, match="cannot be read"):
        sources_file.read(tmp_path)
    latin = tmp_path / "latin.toml"
    latin.write_bytes("# Söhne".encode("latin-1"))
    with pytest.raises(Refused, match="not valid TOML"):
        sources_file.read(latin)
    large = tmp_path / "large.toml"
    with large.open("wb") as opened:
        opened.truncate(sources_file.MAX_BYTES + 1)
    with pytest.raises(Refused, match="split it"):
        sources_file.read(large)


def test_what_is_written_reads_back_whatever_a_name_holds(tmp_path: Path):
    name = 'Ann\'s "Daily" \\ Söhne\x7f\x01\ttab [x]'
    terms = "https://terms.example/"
    source = Source(1, "daily", name, "https://d.example/", "no", "nb", Show.FULL, "CC0-1.0", terms, terms, "active")
    override = Override(body=('div[class="a\\b"]',), remove=("//p[.='x']", "ö"))
    source = replace(source, override=override)
    feeds = ["https://d.example/a", "https://d.example/b?x=1&y=2"]
    written = sources_file.write(
        [(source, feeds), (Source(2, "s", "S", "", "", "", Show.EXCERPT, "", "", "", "active"), [])]
    )
    assert len(tomllib.loads(written)["source"]) == 1
    file = tmp_path / "sources.toml"
    file.write_text(written, encoding="utf-8")
    (spec,) = sources_file.read(file)
    assert (spec.name, spec.slug, spec.show, spec.feeds) == (name, "daily", Show.FULL, tuple(feeds))
    assert spec.override == override
    assert (spec.licence, spec.licence_url, spec.country, spec.language) == ("CC0-1.0", terms, "no", "nb")


def test_the_sources_that_are_shipped_are_valid_and_distinct():
    specs = sources_file.read(Path(__file__).parents[2] / "config/sources.toml")
    assert len(specs) > 10
    feeds = [normal(feed) for spec in specs for feed in spec.feeds]
    assert len(set(feeds)) == len(feeds)
    for spec in specs:
        assert host(spec.url), spec.slug
        assert spec.language, spec.slug
        assert spec.show is not Show.FULL or spec.licence_stated_at, spec.slug
