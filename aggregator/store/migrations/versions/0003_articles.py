"""Articles worth reading: verdicts and retries, the feed's own text, fields and origins, checks, lines of sites, alarms."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.tables import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = (
    ("organisations", None), ("section", 120), ("tags", None), ("image_credit", 300), ("amp_url", None),
    ("origins", None), ("revise_cause", 16),
)  # fmt: skip
TIMES = ("checked_at", "check_at", "leased_until", "gone_at", "revise_due")


def _number(name: str, *keys: sa.ForeignKey, **given: object) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), *keys, **given)


def _words(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False, server_default="")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def upgrade() -> None:
    """Add columns and tables; the kind of page that a quarantine names so far stands at the head of its reason."""
    op.add_column("sources", _words("override"))
    op.add_column("entries", _words("verdict", 16))
    op.add_column("entries", sa.Column("retry_at", Instant))
    op.add_column("entries", _count("retries"))
    op.create_index("ix_entries_retry_at", "entries", ["retry_at"])
    for name, length in WORDS:
        op.add_column("articles", _words(name, length))
    for name in TIMES:
        op.add_column("articles", sa.Column(name, Instant))
    op.add_column("articles", sa.Column("agreement", sa.Float))
    op.add_column("articles", _count("checks"))
    for name in ("check_at", "revise_due"):
        op.create_index(f"ix_articles_{name}", "articles", [name])
    op.add_column("revisions", _number("page_id"))
    op.add_column("revisions", _words("extractor", 60))
    op.add_column("revisions", _words("note"))
    connection = op.get_bind()
    for kind in ("challenge", "consent", "paywall", "soft-404", "listing", "too-short"):
        connection.execute(
            sa.text("UPDATE entries SET verdict = :kind WHERE status = 'quarantined' AND reason LIKE :head"),
            {"kind": kind, "head": f"{kind}:%"},
        )
    _tables()


def _tables() -> None:
    op.create_table(
        "entry_texts",
        _number("entry_id", sa.ForeignKey("entries.id", name="fk_entry_texts_entry_id_entries"), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_entry_texts"),
    )
    op.create_table(
        "parts",
        _number("article_id", sa.ForeignKey("articles.id", name="fk_parts_article_id_articles"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("url", sa.String(2000), nullable=False),
        _number("page_id"),
        sa.PrimaryKeyConstraint("article_id", "number", name="pk_parts"),
    )
    op.create_table(
        "site_lines",
        _number("source_id", sa.ForeignKey("sources.id", name="fk_site_lines_source_id_sources"), nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("source_id", "line", name="pk_site_lines"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_site_lines_at", "site_lines", ["at"])
    of = sa.ForeignKey("sources.id", name="fk_extraction_days_source_id_sources")
    op.create_table(
        "extraction_days",
        _number("source_id", of, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("log_words", sa.Float, nullable=False, server_default="0"),
        _count("titled"),
        sa.PrimaryKeyConstraint("source_id", "day", "kind", name="pk_extraction_days"),
    )
    op.create_index("ix_extraction_days_day", "extraction_days", ["day"])
    op.create_table(
        "alarms",
        _number("id", nullable=False, autoincrement=True),
        _number("source_id", sa.ForeignKey("sources.id", name="fk_alarms_source_id_sources"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        _words("reason"),
        sa.Column("since", Instant, nullable=False),
        sa.Column("ended_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
    )
    op.create_index("ix_alarms_source_id", "alarms", ["source_id"])
