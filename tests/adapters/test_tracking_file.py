"""Tracking rules from an operator's files."""

import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from aggregator import wiring
from aggregator.adapters import tracking_file
from aggregator.adapters.deadline import deadline
from aggregator.core import clearurls, tracking
from aggregator.core.errors import Refused
from aggregator.core.url import key
from aggregator.settings import Settings, Urls, environment, load


def guard() -> AbstractContextManager[None]:
    return deadline(0.5)


def written(folder: Path, rule: str, name: str = "more.json") -> Path:
    file = folder / name
    file.write_text(json.dumps({"providers": {"post": {"urlPattern": "post", "rules": [rule]}}}), encoding="utf-8")
    return file


def test_files_are_read_in_their_order(tmp_path: Path) -> None:
    rules = tracking_file.read([written(tmp_path, "a", "1.json"), written(tmp_path, "b", "2.json")], guard)
    assert rules.kept("https://post.example/", [("a", ""), ("b", ""), ("c", "")]) == [("c", "")]


def test_no_file_is_no_rule() -> None:
    assert tracking_file.read([], guard).providers == ()


@pytest.mark.parametrize("hostile", ["(a+)+$", "(?:[a-z]+)*z", "(a|a)*b", r"(?:\w+\s?)*!", "(?:x*y*)+z"])
def test_a_rule_that_would_hang_us_is_refused_by_name(tmp_path: Path, hostile: str) -> None:
    file = written(tmp_path, hostile)
    with pytest.raises(Refused) as caught:
        tracking_file.read([file], guard)
    assert str(file) in caught.value.reason
    assert repr(hostile) in caught.value.reason
    assert "takes too long" in caught.value.reason


@pytest.mark.parametrize(
    "usual", [r"^https?:\/\/(?:[a-z0-9-]+\.)*?shop(?:\.[a-z]{2,}){1,}", r"(?:%3F)?utm(?:_[a-z_]*)?", r"[a-z%0-9]*ie"]
)
def test_rules_as_large_lists_have_them_are_taken(tmp_path: Path, usual: str) -> None:
    assert tracking_file.read([written(tmp_path, usual)], guard).providers


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"{", "is not valid JSON"), (b"\xff", "is not valid JSON"), (b"[" * 100_000, "is not valid JSON"), (b"[]", "of the form"), (b" " * (4 * 1024 * 1024 + 1), "is longer than")],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_by_name(tmp_path: Path, body: bytes, said: str) -> None:
    file = tmp_path / "more.json"
    file.write_bytes(body)
    with pytest.raises(Refused, match=said) as caught:
        tracking_file.read([file], nullcontext)
    assert str(file) in caught.value.reason


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        tracking_file.read([tmp_path / "none.json"], guard)
    with pytest.raises(Refused, match="21 files"):
        tracking_file.read([tmp_path / "none.json"] * 21, guard)


def test_a_process_names_addresses_by_the_files_of_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(urls=Urls(tracking_rules=(written(tmp_path, "desk"),)))
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    inherited = load()
    assert inherited.urls == settings.urls
    try:
        wiring.name_addresses(inherited)
        assert key("https://post.example/a?desk=1") == "//post.example/a"
    finally:
        tracking.use(clearurls.Rules())
