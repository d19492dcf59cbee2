"""init: the shipped files are written once, and never over what an operator has changed."""

from pathlib import Path

from aggregator.adapters import sources_file
from aggregator.cli.init import shipped
from tests.cli.conftest import Command

CONFIG = Path(__file__).parents[2] / "config"


def test_the_files_are_written_as_they_are_shipped(aggregator: Command, folder: Path):
    assert aggregator("init").code == 0
    for name in ("aggregator.toml", "sources.toml"):
        assert (folder / "config" / name).read_text() == (CONFIG / name).read_text() == shipped(name)
    assert sources_file.read(folder / "config/sources.toml")
    assert aggregator("status").code == 0


def test_what_is_there_is_left_alone_unless_it_is_forced(aggregator: Command, folder: Path):
    aggregator("init")
    mine = folder / "config/sources.toml"
    mine.write_text("# mine")
    assert aggregator("init", "--json").json["config/sources.toml"].startswith("is there and was left alone")
    assert mine.read_text() == "# mine"
    assert "config/sources.toml written" in aggregator("init", "--force").out
    assert mine.read_text() != "# mine"


def test_another_folder_can_be_named_and_must_be_one(aggregator: Command, folder: Path):
    aggregator("init", "--folder", "there/too")
    assert (folder / "there/too/config/aggregator.toml").is_file()
    (folder / "file").touch()
    done = aggregator("init", "--folder", "file")
    assert (done.code, "cannot be written" in done.error) == (1, True)
