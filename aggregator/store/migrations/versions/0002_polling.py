"""Polling: what a feed told last, its manners and troubles, alias keys, limits, subscriptions, what was asked of hosts."""

import sqlalchemy as sa
from alembic import op

from aggregator.core.entry import FeedEntry
from aggregator.core.identity import item
from aggregator.core.url import registrable
from aggregator.store.tables import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = ("trouble", 16), ("format", 24), ("recovered", None), ("moved_to", None), ("hub", None), ("topic", None)
TIMES = ("full_at", "lied_at", "news_at", "failing_since", "gone_at", "storm_at", "moved_since", "pushed_until", "sought_at")
COUNTS = ("floor_seconds", "skip_hours", "skip_days", "moved_times", "late_seconds")


def upgrade() -> None:
    """Add columns and tables; feeds that were gone sleep from now on, since they may come back."""
    for name, length in (*WORDS, ("validated_url", None), ("proposed_url", None)):
        kind = sa.String(length) if length else sa.Text()
        op.add_column("feeds", sa.Column(name, kind, nullable=False, server_default=""))
    for name in TIMES:
        op.add_column("feeds", sa.Column(name, Instant))
    for name in COUNTS:
        op.add_column("feeds", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column("feeds", sa.Column("told", sa.LargeBinary))
    op.add_column("feeds", sa.Column("usual_seconds", sa.Integer))
    op.add_column("feeds", sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    op.add_column("feeds", sa.Column("proposed_overlap", sa.Float, nullable=False, server_default="0"))
    op.add_column("feeds", sa.Column("pick_at", Instant, nullable=False, server_default="1970-01-01 00:00:00"))
    op.execute("UPDATE feeds SET pick_at = due_at, validated_url = url")
    op.execute("UPDATE feeds SET state = 'sleeping' WHERE state = 'gone'")
    op.execute("UPDATE feeds SET pick_at = '9999-01-01 00:00:00' WHERE state = 'paused'")
    op.drop_index("ix_feeds_state_due_at", "feeds")
    op.create_index("ix_feeds_pick_at", "feeds", ["pick_at"])
    op.create_index("ix_feeds_parent_id", "feeds", ["parent_id"])
    op.add_column("entries", sa.Column("told_hash", sa.BigInteger))
    op.add_column("entries", sa.Column("edited_at", Instant))
    op.add_column("entries", sa.Column("edits", sa.Integer, nullable=False, server_default="0"))
    op.add_column("hosts", sa.Column("domain", sa.String(260), nullable=False, server_default=""))
    op.create_index("ix_hosts_domain", "hosts", ["domain"])
    connection = op.get_bind()
    names = [{"host": name, "of": registrable(name)} for name in connection.scalars(sa.text("SELECT name FROM hosts"))]
    if names:
        connection.execute(sa.text("UPDATE hosts SET domain = :of WHERE name = :host"), names)
    _tables()
    _names(connection)


def _words(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False, server_default="")


def _id(name: str = "id", *keys: sa.ForeignKey, **given: object) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), *keys, **given)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def _tables() -> None:
    op.create_table(
        "limits",
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("host", sa.String(260), nullable=False),
        sa.Column("domain", sa.String(260), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("until", Instant, nullable=False),
        _words("reason"),
        sa.PrimaryKeyConstraint("url", name="pk_limits"),
    )
    op.create_index("ix_limits_host_at", "limits", ["host", "at"])
    op.create_index("ix_limits_domain_at", "limits", ["domain", "at"])
    op.create_index("ix_limits_until", "limits", ["until"])
    op.create_table(
        "asked",
        sa.Column("host", sa.String(260), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("requests", "unchanged", "failed", "bytes")),
        sa.PrimaryKeyConstraint("host", "day", "kind", name="pk_asked"),
    )
    op.create_index("ix_asked_day", "asked", ["day"])
    op.create_table(
        "feed_keys",
        _id("feed_id", sa.ForeignKey("feeds.id", name="fk_feed_keys_feed_id_feeds"), nullable=False),
        sa.Column("key", sa.BigInteger, nullable=False, autoincrement=False),
        _id("entry_id", nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "key", name="pk_feed_keys"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "subscriptions",
        _id(nullable=False, autoincrement=True),
        _id("feed_id", sa.ForeignKey("feeds.id", name="fk_subscriptions_feed_id_feeds"), nullable=False),
        sa.Column("token", sa.String(43), nullable=False),
        sa.Column("secret", sa.String(43), nullable=False),
        sa.Column("hub", sa.String(2000), nullable=False),
        sa.Column("topic", sa.String(2000), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at", Instant),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("lease_until", Instant),
        _count("failures"),
        _words("reason"),
        _count("pushes"),
        _count("refused"),
        sa.Column("pushed_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
        sa.UniqueConstraint("feed_id", name="uq_subscriptions_feed_id"),
        sa.UniqueConstraint("token", name="uq_subscriptions_token"),
    )
    op.create_index("ix_subscriptions_hub", "subscriptions", ["hub"])
    op.create_index("ix_subscriptions_state_due_at", "subscriptions", ["state", "due_at"])
    op.create_table(
        "pushes",
        _id(nullable=False, autoincrement=True),
        _id("feed_id", sa.ForeignKey("feeds.id", name="fk_pushes_feed_id_feeds"), nullable=False),
        sa.Column("at", Instant, nullable=False),
        _words("content_type"),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pushes"),
    )
    op.create_index("ix_pushes_feed_id", "pushes", ["feed_id"])


def _names(connection: sa.Connection) -> None:
    """Keep the names of the entries that are there, so that a feed which renames them all brings none of them twice."""
    last = 0
    told = sa.text("SELECT id, feed_id, guid, url_key FROM entries WHERE id > :last ORDER BY id LIMIT 2000")
    keep = sa.text("INSERT INTO feed_keys (feed_id, key, entry_id) VALUES (:feed, :key, :entry) ON CONFLICT DO NOTHING")
    while rows := connection.execute(told, {"last": last}).all():
        last = rows[-1].id
        items = ((row, item(FeedEntry(row.guid, row.url_key), row.url_key, "")) for row in rows)
        connection.execute(
            keep,
            [{"feed": row.feed_id, "key": key, "entry": row.id} for row, one in items for key in one.names.values()],
        )
