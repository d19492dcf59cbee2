"""Groups: why a copy is canonical, what operators decided, what became of groups and stories, and when."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.tables import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _number(name: str, *keys: sa.ForeignKey, **given: object) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), *keys, **given)


def _words(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False, server_default="")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def upgrade() -> None:
    """Add columns and tables; the agency that a copy credits is that of its whole group."""
    op.add_column("articles", _count("root_rule"))
    op.add_column("articles", _words("wire", 80))
    op.add_column("articles", _number("shown_id"))
    op.add_column("articles", _words("claims"))
    op.add_column("articles", sa.Column("title_key", sa.BigInteger))
    op.add_column("articles", _words("left_url_key", 2000))
    op.create_index("ix_articles_source_id_title_key", "articles", ["source_id", "title_key"])
    op.create_index("ix_articles_left_url_key", "articles", ["left_url_key"])
    op.add_column("pages", _words("canonical_url", 2000))
    op.add_column("pages", _words("canonical_why"))
    op.add_column("stories", _number("article_id"))
    op.add_column("stories", _number("merged_into"))
    op.add_column("stories", sa.Column("repair_due", Instant))
    op.create_index("ix_stories_repair_due", "stories", ["repair_due"])
    _tables()
    credited = "SELECT min(credit) FROM articles AS other WHERE other.root_id = articles.root_id AND other.credit <> ''"
    op.execute(f"UPDATE articles SET wire = coalesce(({credited}), '')")  # noqa: S608 - words of our own


def _tables() -> None:
    op.create_table(
        "group_decisions",
        _number("id", primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        _number("a", sa.ForeignKey("articles.id"), nullable=False),
        _number("b", sa.ForeignKey("articles.id"), nullable=False),
        _count("command"),
        _words("why"),
        _words("who", 80),
        sa.Column("at", Instant, nullable=False),
        sa.Column("undone_at", Instant),
    )
    for name in ("a", "b"):
        op.create_index(f"ix_group_decisions_{name}", "group_decisions", [name])
    op.create_table(
        "group_events",
        _number("id", primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        _number("article_id", sa.ForeignKey("articles.id"), nullable=False),
        _number("root_id", nullable=False),
        _number("before_id"),
        _words("reason"),
        sa.Column("at", Instant, nullable=False),
    )
    for name in ("article_id", "root_id"):
        op.create_index(f"ix_group_events_{name}", "group_events", [name])
    op.create_table(
        "story_events",
        _number("id", primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        _number("story_id", sa.ForeignKey("stories.id"), nullable=False),
        _number("other_id"),
        _number("article_id"),
        _words("reason"),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("ix_story_events_story_id", "story_events", ["story_id"])
    op.create_table(
        "story_links",
        _number("a", sa.ForeignKey("stories.id"), primary_key=True),
        _number("b", sa.ForeignKey("stories.id"), primary_key=True),
        sa.Column("score", sa.Float, nullable=False),
        _words("rule", 80),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("ix_story_links_b", "story_links", ["b"])
