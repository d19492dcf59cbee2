"""Settings: frozen, from config/aggregator.toml and AGGREGATOR_*; the only place that reads either."""

import json
import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from aggregator import __version__
from aggregator.core.attribution import DISCLAIMER
from aggregator.core.errors import Refused
from aggregator.core.rights import CAP_CHARS, CAP_WORDS

PREFIX = "AGGREGATOR_"
CONFIG_FILE = Path("config/aggregator.toml")
_LISTS = ("AGGREGATOR_URLS_TRACKING_RULES",)
_NOT_SETTINGS = ("AGGREGATOR_CONFIG", "AGGREGATOR_TEST_")

LEAST_MEMORY = 300  # MiB; a process that reads pages has about 200 before it begins
MOST_MEMORY = 1024 * 1024

Seconds = Annotated[float, Field(ge=0, le=86_400 * 366)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Data(_Group):
    """Where everything lies that is not given by an address of its own."""

    folder: Path = Path("var")
    record: Path | None = None  # a WARC file to which every answer of the network is written
    progress: Path | None = None  # a file that a worker touches when it gets on; the supervisor sets it


class Database(_Group):
    """An SQLAlchemy address; empty means SQLite in the data folder."""

    url: str = ""


class Redis(_Group):
    """A redis:// address; empty means that `run` starts the bundled server in the data folder."""

    url: str = ""


class Blobs(_Group):
    """Where the bytes of pages lie: a folder or any fsspec address (s3://…); empty means in the data folder."""

    url: str = ""


class Sources(_Group):
    """The file that names the sources."""

    file: Path = Path("config/sources.toml")


class Urls(_Group):
    """Files of tracking rules in the form of ClearURLs, beside our own; see docs/addresses.md."""

    tracking_rules: tuple[Path, ...] = ()


class Poll(_Group):
    """How often feeds are asked."""

    shortest_seconds: Seconds = 600
    longest_seconds: Seconds = 86_400
    host_delay_seconds: Seconds = 5
    full_every_seconds: Seconds = 86_400
    obey_robots: bool = False


class Fetch(_Group):
    """How we ask, and who we say we are."""

    user_agent: str = Field(default="", max_length=200)
    contact: str = Field(default="", max_length=200)
    host_delay_seconds: Seconds = 10
    obey_robots: bool = True
    allow_loopback: bool = False
    connections: int = Field(default=50, ge=1, le=1000)
    connect_seconds: Seconds = 5
    read_seconds: Seconds = 15
    total_seconds: Seconds = 30

    @property
    def agent(self) -> str:
        """Return the User-Agent header: name, version and how to reach the operator."""
        if self.user_agent:
            return self.user_agent
        return f"Aggregator/{__version__} ({'+' + self.contact if self.contact else 'no contact given'})"


class Extract(_Group):
    """How long the parser may take over one page before it is put aside, and whether pages are looked at again."""

    page_seconds: Seconds = 20
    renew: bool = True
    renew_factor: float = Field(default=1, ge=0.1, le=100)


class Publish(_Group):
    """How much of an article may be shown where no licence says more, and the words beside it."""

    excerpt_words: int = Field(default=CAP_WORDS, ge=0, le=200)
    excerpt_chars: int = Field(default=CAP_CHARS, ge=0, le=2000)
    disclaimer: str = DISCLAIMER
    contact: str = ""


class Site(_Group):
    """The public face: its name, its address as others see it, and where the web application listens."""

    title: str = "Aggregator"
    description: str = "News from many sources, each with its credit."
    language: str = "en"
    base_url: str = Field(default="", pattern=r"^(https?://[^\s]+[^/])?$")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    feed_items: int = Field(default=50, ge=1, le=500)

    @property
    def address(self) -> str:
        """Return the site's address as others see it, without a slash at its end."""
        return self.base_url or f"http://{self.host}:{self.port}"


class Workers(_Group):
    """How many processes do the work, how much memory each may have, and when one is replaced or stopped.

    A process that has grown beyond `memory_per_child_mb` is replaced after its task; what would let one have more than
    `memory_limit_mb` of its own fails at once. Both are MiB; a limit of 0 is none.
    """

    processes: int = Field(default=0, ge=0, le=256)
    network_processes: int = Field(default=1, ge=1, le=64)
    tasks_per_child: int = Field(default=200, ge=1)
    memory_per_child_mb: int = Field(default=600, ge=100)
    memory_limit_mb: int = Field(default=1500, ge=0, le=MOST_MEMORY, validate_default=True)
    soft_seconds: int = Field(default=240, ge=10, le=86_400)
    hard_seconds: int = Field(default=300, ge=10, le=86_400)
    network_soft_seconds: int = Field(default=840, ge=10, le=86_400)
    network_hard_seconds: int = Field(default=900, ge=10, le=86_400)

    @field_validator("memory_limit_mb")
    @classmethod
    def _not_too_low(cls, limit: int, info: ValidationInfo) -> int:
        """Refuse a limit with which no process could work, or which it would meet before it is replaced."""
        least = max(LEAST_MEMORY, info.data.get("memory_per_child_mb", 0))
        if 0 < limit < least:
            allowed = f"0 (no limit), or at least {LEAST_MEMORY} and not below workers.memory_per_child_mb: {least}"
            raise PydanticCustomError(
                "memory_limit", "Input should be {allowed} to {most}", {"allowed": allowed, "most": MOST_MEMORY}
            )
        return limit

    @property
    def count(self) -> int:
        """Return how many processes read pages: as many as there are cores unless said otherwise."""
        return self.processes or os.cpu_count() or 1


class Beat(_Group):
    """How often the database is asked what is due."""

    sweep_seconds: Seconds = 15


class Settings(BaseSettings):
    """All settings; AGGREGATOR_GROUP_NAME in the environment wins over `name` of `[group]` in the file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="forbid",
        frozen=True,
    )

    data: Data = Data()
    database: Database = Database()
    redis: Redis = Redis()
    blobs: Blobs = Blobs()
    sources: Sources = Sources()
    urls: Urls = Urls()
    poll: Poll = Poll()
    fetch: Fetch = Fetch()
    extract: Extract = Extract()
    publish: Publish = Publish()
    site: Site = Site()
    workers: Workers = Workers()
    beat: Beat = Beat()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - not read
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let what is given in code win over the environment, and that over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())

    @property
    def database_url(self) -> str:
        """Return the database's address."""
        return self.database.url or f"sqlite:///{self.data.folder / 'aggregator.db'}"

    @property
    def blobs_url(self) -> str:
        """Return where the bytes of pages lie."""
        return self.blobs.url or str(self.data.folder / "blobs")

    @property
    def page_time(self) -> timedelta:
        """Return how long the parser may take over one page."""
        return timedelta(seconds=self.extract.page_seconds)


def config_file() -> Path:
    """Return the settings file: the one named by AGGREGATOR_CONFIG, else config/aggregator.toml."""
    return Path(os.environ.get("AGGREGATOR_CONFIG", CONFIG_FILE))


def load(**given: Any) -> Settings:  # noqa: ANN401 - groups by name, checked by pydantic
    """Return the settings; a wrong one is Refused with its key, its value and what is allowed."""
    _no_strangers(os.environ)
    named = os.environ.get("AGGREGATOR_CONFIG")
    if named and not Path(named).is_file():
        raise Refused(f"AGGREGATOR_CONFIG names {named}, and there is no such file")
    try:
        return Settings(**given)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{config_file()} is not valid TOML: {error}") from error
    except SettingsError as error:
        lists = [f"{name} = {value!r}" for name, value in os.environ.items() if name.upper() in _LISTS]
        raise Refused(f'{", ".join(lists)} is no list; in the environment one is JSON: ["one", "two"]') from error
    except ValidationError as error:
        raise Refused("\n".join(_sentence(each) for each in error.errors())) from error


def _no_strangers(environment: Mapping[str, str]) -> None:
    groups = tuple(f"{PREFIX}{name.upper()}_" for name in Settings.model_fields)
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and not name.upper().startswith((*groups, *_NOT_SETTINGS)):
            allowed = ", ".join(sorted(Settings.model_fields))
            raise Refused(f"{name} in the environment is no setting; the groups are {allowed} (AGGREGATOR_GROUP_NAME)")


def _sentence(error: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    where = ".".join(str(part) for part in error["loc"])
    variable = PREFIX + "_".join(str(part) for part in error["loc"]).upper()
    if error["type"] == "extra_forbidden":
        return f"setting {where} = {error['input']!r} is unknown; see config/aggregator.toml for what there is"
    return f"setting {where} = {error['input']!r} is wrong: {error['msg']} (in {config_file()} or as {variable})"


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which a child process finds these same settings."""
    known = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
    for group, values in settings.model_dump(mode="json").items():
        for name, value in values.items():
            if value is not None:
                text = json.dumps(value) if isinstance(value, list) else str(value)
                known[f"{PREFIX}{group}_{name}".upper()] = text
    return known
