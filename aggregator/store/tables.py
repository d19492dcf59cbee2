"""The tables; every time is UTC, every 64-bit hash signed, so that SQLite and PostgreSQL hold the same values."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets time zones, so they are put back here and nowhere else."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time; hand SQLite a naive UTC one."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"a time without zone must not be stored: {value!r}"
            raise ValueError(msg)
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give every time its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[int]:
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _ref(name: str, target: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    kind = BigInteger().with_variant(Integer, "sqlite")
    return Column(name, kind, ForeignKey(target), nullable=nullable, index=index)


def _words(name: str, length: int | None = None) -> Column[str]:
    return Column(name, String(length) if length else Text(), nullable=False, server_default="")


def _count(name: str, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=str(default))


sources = Table(
    "sources",
    metadata,
    _id(),
    Column("slug", String(80), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    _words("url"),
    _words("country", 8),
    _words("language", 35),
    Column("show", String(16), nullable=False, server_default="excerpt"),
    _words("licence", 80),
    _words("licence_url"),
    _words("licence_stated_at"),
    Column("state", String(16), nullable=False, server_default="active"),
    Column("added_at", Instant, nullable=False),
    _words("override"),
)

hosts = Table(
    "hosts",
    metadata,
    Column("name", String(260), primary_key=True),
    Column("leased_until", Instant),
    _words("leased_by", 64),
    Column("next_at", Instant),
    Column("robots", LargeBinary),
    Column("robots_status", Integer),
    Column("robots_at", Instant),
    _words("domain", 260),
    Index(None, "domain"),
)

limits = Table(
    "limits",
    metadata,
    Column("url", String(2000), primary_key=True),
    Column("host", String(260), nullable=False),
    Column("domain", String(260), nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    _words("reason"),
    Index(None, "host", "at"),
    Index(None, "domain", "at"),
    Index(None, "until"),
)

asked = Table(
    "asked",
    metadata,
    Column("host", String(260), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Index(None, "day"),
)

feeds = Table(
    "feeds",
    metadata,
    _id(),
    _ref("source_id", "sources.id", index=True),
    Column("url", String(2000), nullable=False, unique=True),
    Column("host", String(260), nullable=False),
    _words("title"),
    _words("format", 24),
    Column("state", String(16), nullable=False, server_default="active"),
    Column("due_at", Instant, nullable=False),
    Column("pick_at", Instant, nullable=False, server_default="1970-01-01 00:00:00"),
    Column("leased_until", Instant),
    _words("etag"),
    _words("last_modified"),
    _words("validated_url"),
    Column("full_at", Instant),
    Column("lied_at", Instant),
    _words("body_hash", 64),
    Column("told", LargeBinary),
    _count("floor_seconds"),
    _count("skip_hours"),
    _count("skip_days"),
    Column("news_at", Instant),
    Column("usual_seconds", Integer),
    _count("failures"),
    _words("trouble", 16),
    _words("reason"),
    Column("failing_since", Instant),
    Column("gone_at", Instant),
    _words("recovered"),
    Column("storm_at", Instant),
    _words("moved_to"),
    Column("moved_since", Instant),
    _count("moved_times"),
    _words("hub"),
    _words("topic"),
    Column("pushed_until", Instant),
    Column("polled_at", Instant),
    Column("answered_at", Instant),
    _count("interval_seconds", 1800),
    _count("late_seconds"),
    Column("parent_id", BigInteger().with_variant(Integer, "sqlite")),
    Column("sought_at", Instant),
    _words("proposed_url"),
    Column("proposed_overlap", Float, nullable=False, server_default="0"),
    Index(None, "pick_at"),
    Index(None, "parent_id"),
)

feed_keys = Table(
    "feed_keys",
    metadata,
    Column("feed_id", ForeignKey("feeds.id"), primary_key=True),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    sqlite_with_rowid=False,
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _id(),
    Column("feed_id", ForeignKey("feeds.id"), nullable=False, unique=True),
    Column("token", String(43), nullable=False, unique=True),
    Column("secret", String(43), nullable=False),
    Column("hub", String(2000), nullable=False),
    Column("topic", String(2000), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_at", Instant),
    Column("due_at", Instant, nullable=False),
    Column("lease_until", Instant),
    _count("failures"),
    _words("reason"),
    _count("pushes"),
    _count("refused"),
    Column("pushed_at", Instant),
    Index(None, "hub"),
    Index(None, "state", "due_at"),
)

pushes = Table(
    "pushes",
    metadata,
    _id(),
    _ref("feed_id", "feeds.id", index=True),
    Column("at", Instant, nullable=False),
    _words("content_type"),
    Column("body", LargeBinary, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    _id(),
    _ref("feed_id", "feeds.id"),
    _ref("source_id", "sources.id", index=True),
    Column("guid_hash", String(32), nullable=False),
    _words("guid"),
    Column("url", String(2000), nullable=False),
    Column("url_key", String(2000), nullable=False, index=True),
    Column("host", String(260), nullable=False),
    _words("title"),
    _words("summary"),
    _words("author"),
    _words("language", 35),
    Column("published", Instant),
    _words("raw_date"),
    Column("seen_at", Instant, nullable=False),
    Column("status", String(16), nullable=False),
    _words("reason"),
    Column("due_at", Instant, nullable=False),
    Column("leased_until", Instant),
    _count("attempts"),
    Column("page_id", BigInteger().with_variant(Integer, "sqlite")),
    Column("article_id", BigInteger().with_variant(Integer, "sqlite"), index=True),
    Column("told_hash", BigInteger),
    Column("edited_at", Instant),
    _count("edits"),
    _words("verdict", 16),
    Column("retry_at", Instant),
    _count("retries"),
    UniqueConstraint("feed_id", "guid_hash"),
    Index(None, "status", "due_at"),
    Index(None, "retry_at"),
)

entry_texts = Table(
    "entry_texts",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

pages = Table(
    "pages",
    metadata,
    _id(),
    _ref("entry_id", "entries.id", index=True),
    Column("url", String(2000), nullable=False),
    Column("final_url", String(2000), nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("status", Integer, nullable=False),
    _words("content_type", 120),
    _words("charset", 40),
    _words("etag"),
    _words("last_modified"),
    Column("blob", String(64), nullable=False, index=True),
    Column("size", Integer, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    _id(),
    Column("key", String(16), nullable=False, unique=True),
    Column("url", String(2000), nullable=False),
    Column("url_key", String(2000), nullable=False),
    _ref("source_id", "sources.id", index=True),
    _ref("entry_id", "entries.id"),
    Column("page_id", BigInteger().with_variant(Integer, "sqlite")),
    _words("title"),
    _words("authors"),
    _words("language", 35),
    Column("published", Instant),
    Column("modified", Instant),
    Column("effective_at", Instant, nullable=False, index=True),
    Column("first_seen", Instant, nullable=False),
    _words("image"),
    _words("text_hash", 32),
    _count("words"),
    Column("state", String(16), nullable=False, server_default="live"),
    Column("root_id", BigInteger().with_variant(Integer, "sqlite"), nullable=False, index=True),
    _words("root_reason"),
    Column("story_id", BigInteger().with_variant(Integer, "sqlite"), index=True),
    _count("version", 1),
    Column("paywalled", Boolean, nullable=False, server_default="0"),
    _words("licence_url"),
    _words("canonical_url"),
    _words("credit", 80),
    _words("extractor", 60),
    Column("publish_due", Instant),
    _words("organisations"),
    _words("section", 120),
    _words("tags"),
    _words("image_credit", 300),
    _words("amp_url"),
    _words("origins"),
    Column("agreement", Float),
    Column("checked_at", Instant),
    Column("check_at", Instant),
    _count("checks"),
    Column("leased_until", Instant),
    Column("gone_at", Instant),
    Column("revise_due", Instant),
    _words("revise_cause", 16),
    Index(None, "text_hash"),
    Index(None, "url_key"),
    Index(None, "publish_due"),
    Index(None, "check_at"),
    Index(None, "revise_due"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", String(16), nullable=False, server_default="first"),
    Column("at", Instant, nullable=False),
    _words("title"),
    _words("text"),
    _words("html"),
    _words("text_hash", 32),
    Column("page_id", BigInteger().with_variant(Integer, "sqlite")),
    _words("extractor", 60),
    _words("note"),
)

parts = Table(
    "parts",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("url", String(2000), nullable=False),
    Column("page_id", BigInteger().with_variant(Integer, "sqlite")),
)

site_lines = Table(
    "site_lines",
    metadata,
    Column("source_id", ForeignKey("sources.id"), primary_key=True),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("pages", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "at"),
    sqlite_with_rowid=False,
)

extraction_days = Table(
    "extraction_days",
    metadata,
    Column("source_id", ForeignKey("sources.id"), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("log_words", Float, nullable=False, server_default="0"),
    Column("titled", Integer, nullable=False, server_default="0"),
    Index(None, "day"),
)

alarms = Table(
    "alarms",
    metadata,
    _id(),
    _ref("source_id", "sources.id", index=True),
    Column("kind", String(16), nullable=False),
    _words("reason"),
    Column("since", Instant, nullable=False),
    Column("ended_at", Instant),
)

url_aliases = Table(
    "url_aliases",
    metadata,
    Column("url_key", String(2000), primary_key=True),
    _ref("article_id", "articles.id", index=True),
    Column("kind", String(16), nullable=False),
)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("fp", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False, index=True),
    Index(None, "article_id"),
    sqlite_with_rowid=False,
)

sketches = Table(
    "sketches",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("shingles", LargeBinary, nullable=False),
    _words("sample"),
    _words("numbers"),
    _words("names"),
    Column("spaced", Boolean, nullable=False, server_default="1"),
)

copies = Table(
    "copies",
    metadata,
    Column("a", ForeignKey("articles.id"), primary_key=True),
    Column("b", ForeignKey("articles.id"), primary_key=True, index=True),
    Column("relation", String(16), nullable=False),
    Column("score", Float, nullable=False),
    _words("rule", 80),
    Column("at", Instant, nullable=False),
)

sightings = Table(
    "sightings",
    metadata,
    _id(),
    _ref("article_id", "articles.id", index=True),
    _ref("source_id", "sources.id"),
    _ref("entry_id", "entries.id"),
    Column("url", String(2000), nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("published", Instant),
    UniqueConstraint("entry_id"),
)

stories = Table(
    "stories",
    metadata,
    _id(),
    Column("key", String(16), nullable=False, unique=True),
    _words("title"),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
    _count("size"),
)

story_terms = Table(
    "story_terms",
    metadata,
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("weight", Float, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Index(None, "article_id"),
    sqlite_with_rowid=False,
)

publications = Table(
    "publications",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("key", String(16), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    _ref("source_id", "sources.id", index=True),
    Column("body", Text, nullable=False),
    Column("digest", String(32), nullable=False),
    _words("language", 35),
    _words("story_key", 16),
    Column("published", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("changed", BigInteger, nullable=False, index=True),
    Index(None, "state", "published"),
)

takedowns = Table(
    "takedowns",
    metadata,
    _id(),
    Column("scope", String(16), nullable=False),
    Column("target", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _words("requester"),
    Column("state", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("lifted_at", Instant),
    _words("lifted_why"),
    _words("evidence"),
)

blocks = Table(
    "blocks",
    metadata,
    _id(),
    _ref("takedown_id", "takedowns.id", index=True),
    Column("kind", String(8), nullable=False),
    Column("value", String(2000), nullable=False),
    Column("sketch", LargeBinary),
    Column("active", Boolean, nullable=False, server_default="1"),
    Index(None, "kind", "value"),
)

outcomes = Table(
    "outcomes",
    metadata,
    _id(),
    Column("step", String(12), nullable=False),
    Column("item", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("word", String(16), nullable=False),
    _words("reason"),
    Column("at", Instant, nullable=False),
    Index(None, "step", "item"),
    Index(None, "at"),
)

outcome_counts = Table(
    "outcome_counts",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("step", String(12), primary_key=True),
    Column("word", String(16), primary_key=True),
    Column("number", BigInteger, nullable=False),
)

pulses = Table(
    "pulses",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("at", Instant, nullable=False),
    _words("about"),
)
