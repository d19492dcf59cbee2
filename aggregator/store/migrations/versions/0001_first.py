"""The first schema."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.tables import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table('fingerprints',
    sa.Column('fp', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('article_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('fp', 'article_id', name=op.f('pk_fingerprints')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_fingerprints_article_id'), 'fingerprints', ['article_id'], unique=False)
    op.create_index(op.f('ix_fingerprints_at'), 'fingerprints', ['at'], unique=False)
    op.create_table('hosts',
    sa.Column('name', sa.String(length=260), nullable=False),
    sa.Column('leased_until', Instant(timezone=True), nullable=True),
    sa.Column('leased_by', sa.String(length=64), server_default='', nullable=False),
    sa.Column('next_at', Instant(timezone=True), nullable=True),
    sa.Column('robots', sa.LargeBinary(), nullable=True),
    sa.Column('robots_status', sa.Integer(), nullable=True),
    sa.Column('robots_at', Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_hosts'))
    )
    op.create_table('outcome_counts',
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.Column('step', sa.String(length=12), nullable=False),
    sa.Column('word', sa.String(length=16), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'step', 'word', name=op.f('pk_outcome_counts'))
    )
    op.create_table('outcomes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('step', sa.String(length=12), nullable=False),
    sa.Column('item', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('word', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outcomes'))
    )
    op.create_index(op.f('ix_outcomes_at'), 'outcomes', ['at'], unique=False)
    op.create_index(op.f('ix_outcomes_step_item'), 'outcomes', ['step', 'item'], unique=False)
    op.create_table('pulses',
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.Column('about', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_pulses'))
    )
    op.create_table('sources',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), server_default='', nullable=False),
    sa.Column('country', sa.String(length=8), server_default='', nullable=False),
    sa.Column('language', sa.String(length=35), server_default='', nullable=False),
    sa.Column('show', sa.String(length=16), server_default='excerpt', nullable=False),
    sa.Column('licence', sa.String(length=80), server_default='', nullable=False),
    sa.Column('licence_url', sa.Text(), server_default='', nullable=False),
    sa.Column('licence_stated_at', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.String(length=16), server_default='active', nullable=False),
    sa.Column('added_at', Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sources')),
    sa.UniqueConstraint('slug', name=op.f('uq_sources_slug'))
    )
    op.create_table('stories',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('key', sa.String(length=16), nullable=False),
    sa.Column('title', sa.Text(), server_default='', nullable=False),
    sa.Column('first_at', Instant(timezone=True), nullable=False),
    sa.Column('last_at', Instant(timezone=True), nullable=False),
    sa.Column('size', sa.Integer(), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stories')),
    sa.UniqueConstraint('key', name=op.f('uq_stories_key'))
    )
    op.create_index(op.f('ix_stories_last_at'), 'stories', ['last_at'], unique=False)
    op.create_table('story_terms',
    sa.Column('term', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('article_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('weight', sa.Float(), nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('term', 'article_id', name=op.f('pk_story_terms')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_story_terms_article_id'), 'story_terms', ['article_id'], unique=False)
    op.create_index(op.f('ix_story_terms_at'), 'story_terms', ['at'], unique=False)
    op.create_table('takedowns',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('scope', sa.String(length=16), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('requester', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.Column('done_at', Instant(timezone=True), nullable=True),
    sa.Column('lifted_at', Instant(timezone=True), nullable=True),
    sa.Column('lifted_why', sa.Text(), server_default='', nullable=False),
    sa.Column('evidence', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_takedowns'))
    )
    op.create_table('blocks',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('takedown_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('value', sa.String(length=2000), nullable=False),
    sa.Column('sketch', sa.LargeBinary(), nullable=True),
    sa.Column('active', sa.Boolean(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['takedown_id'], ['takedowns.id'], name=op.f('fk_blocks_takedown_id_takedowns')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_blocks'))
    )
    op.create_index(op.f('ix_blocks_kind_value'), 'blocks', ['kind', 'value'], unique=False)
    op.create_index(op.f('ix_blocks_takedown_id'), 'blocks', ['takedown_id'], unique=False)
    op.create_table('feeds',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('source_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('url', sa.String(length=2000), nullable=False),
    sa.Column('host', sa.String(length=260), nullable=False),
    sa.Column('title', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.String(length=16), server_default='active', nullable=False),
    sa.Column('due_at', Instant(timezone=True), nullable=False),
    sa.Column('leased_until', Instant(timezone=True), nullable=True),
    sa.Column('etag', sa.Text(), server_default='', nullable=False),
    sa.Column('last_modified', sa.Text(), server_default='', nullable=False),
    sa.Column('body_hash', sa.String(length=64), server_default='', nullable=False),
    sa.Column('failures', sa.Integer(), server_default='0', nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('polled_at', Instant(timezone=True), nullable=True),
    sa.Column('answered_at', Instant(timezone=True), nullable=True),
    sa.Column('interval_seconds', sa.Integer(), server_default='1800', nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_feeds_source_id_sources')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feeds')),
    sa.UniqueConstraint('url', name=op.f('uq_feeds_url'))
    )
    op.create_index(op.f('ix_feeds_source_id'), 'feeds', ['source_id'], unique=False)
    op.create_index(op.f('ix_feeds_state_due_at'), 'feeds', ['state', 'due_at'], unique=False)
    op.create_table('entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('guid_hash', sa.String(length=32), nullable=False),
    sa.Column('guid', sa.Text(), server_default='', nullable=False),
    sa.Column('url', sa.String(length=2000), nullable=False),
    sa.Column('url_key', sa.String(length=2000), nullable=False),
    sa.Column('host', sa.String(length=260), nullable=False),
    sa.Column('title', sa.Text(), server_default='', nullable=False),
    sa.Column('summary', sa.Text(), server_default='', nullable=False),
    sa.Column('author', sa.Text(), server_default='', nullable=False),
    sa.Column('language', sa.String(length=35), server_default='', nullable=False),
    sa.Column('published', Instant(timezone=True), nullable=True),
    sa.Column('raw_date', sa.Text(), server_default='', nullable=False),
    sa.Column('seen_at', Instant(timezone=True), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('due_at', Instant(timezone=True), nullable=False),
    sa.Column('leased_until', Instant(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('page_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('article_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['feed_id'], ['feeds.id'], name=op.f('fk_entries_feed_id_feeds')),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_entries_source_id_sources')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entries')),
    sa.UniqueConstraint('feed_id', 'guid_hash', name=op.f('uq_entries_feed_id_guid_hash'))
    )
    op.create_index(op.f('ix_entries_article_id'), 'entries', ['article_id'], unique=False)
    op.create_index(op.f('ix_entries_source_id'), 'entries', ['source_id'], unique=False)
    op.create_index(op.f('ix_entries_status_due_at'), 'entries', ['status', 'due_at'], unique=False)
    op.create_index(op.f('ix_entries_url_key'), 'entries', ['url_key'], unique=False)
    op.create_table('articles',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('key', sa.String(length=16), nullable=False),
    sa.Column('url', sa.String(length=2000), nullable=False),
    sa.Column('url_key', sa.String(length=2000), nullable=False),
    sa.Column('source_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('page_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('title', sa.Text(), server_default='', nullable=False),
    sa.Column('authors', sa.Text(), server_default='', nullable=False),
    sa.Column('language', sa.String(length=35), server_default='', nullable=False),
    sa.Column('published', Instant(timezone=True), nullable=True),
    sa.Column('modified', Instant(timezone=True), nullable=True),
    sa.Column('effective_at', Instant(timezone=True), nullable=False),
    sa.Column('first_seen', Instant(timezone=True), nullable=False),
    sa.Column('image', sa.Text(), server_default='', nullable=False),
    sa.Column('text_hash', sa.String(length=32), server_default='', nullable=False),
    sa.Column('words', sa.Integer(), server_default='0', nullable=False),
    sa.Column('state', sa.String(length=16), server_default='live', nullable=False),
    sa.Column('root_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('root_reason', sa.Text(), server_default='', nullable=False),
    sa.Column('story_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('paywalled', sa.Boolean(), server_default='0', nullable=False),
    sa.Column('licence_url', sa.Text(), server_default='', nullable=False),
    sa.Column('canonical_url', sa.Text(), server_default='', nullable=False),
    sa.Column('credit', sa.String(length=80), server_default='', nullable=False),
    sa.Column('extractor', sa.String(length=60), server_default='', nullable=False),
    sa.Column('publish_due', Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], name=op.f('fk_articles_entry_id_entries')),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_articles_source_id_sources')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_articles')),
    sa.UniqueConstraint('key', name=op.f('uq_articles_key'))
    )
    op.create_index(op.f('ix_articles_effective_at'), 'articles', ['effective_at'], unique=False)
    op.create_index(op.f('ix_articles_publish_due'), 'articles', ['publish_due'], unique=False)
    op.create_index(op.f('ix_articles_root_id'), 'articles', ['root_id'], unique=False)
    op.create_index(op.f('ix_articles_source_id'), 'articles', ['source_id'], unique=False)
    op.create_index(op.f('ix_articles_story_id'), 'articles', ['story_id'], unique=False)
    op.create_index(op.f('ix_articles_text_hash'), 'articles', ['text_hash'], unique=False)
    op.create_index(op.f('ix_articles_url_key'), 'articles', ['url_key'], unique=False)
    op.create_table('pages',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('url', sa.String(length=2000), nullable=False),
    sa.Column('final_url', sa.String(length=2000), nullable=False),
    sa.Column('fetched_at', Instant(timezone=True), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('content_type', sa.String(length=120), server_default='', nullable=False),
    sa.Column('charset', sa.String(length=40), server_default='', nullable=False),
    sa.Column('etag', sa.Text(), server_default='', nullable=False),
    sa.Column('last_modified', sa.Text(), server_default='', nullable=False),
    sa.Column('blob', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], name=op.f('fk_pages_entry_id_entries')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pages'))
    )
    op.create_index(op.f('ix_pages_blob'), 'pages', ['blob'], unique=False)
    op.create_index(op.f('ix_pages_entry_id'), 'pages', ['entry_id'], unique=False)
    op.create_table('copies',
    sa.Column('a', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('b', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('relation', sa.String(length=16), nullable=False),
    sa.Column('score', sa.Float(), nullable=False),
    sa.Column('rule', sa.String(length=80), server_default='', nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['a'], ['articles.id'], name=op.f('fk_copies_a_articles')),
    sa.ForeignKeyConstraint(['b'], ['articles.id'], name=op.f('fk_copies_b_articles')),
    sa.PrimaryKeyConstraint('a', 'b', name=op.f('pk_copies'))
    )
    op.create_index(op.f('ix_copies_b'), 'copies', ['b'], unique=False)
    op.create_table('publications',
    sa.Column('article_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('source_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=32), nullable=False),
    sa.Column('language', sa.String(length=35), server_default='', nullable=False),
    sa.Column('story_key', sa.String(length=16), server_default='', nullable=False),
    sa.Column('published', Instant(timezone=True), nullable=False),
    sa.Column('updated', Instant(timezone=True), nullable=False),
    sa.Column('changed', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_publications_article_id_articles')),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_publications_source_id_sources')),
    sa.PrimaryKeyConstraint('article_id', name=op.f('pk_publications')),
    sa.UniqueConstraint('key', name=op.f('uq_publications_key'))
    )
    op.create_index(op.f('ix_publications_changed'), 'publications', ['changed'], unique=False)
    op.create_index(op.f('ix_publications_source_id'), 'publications', ['source_id'], unique=False)
    op.create_index(op.f('ix_publications_state_published'), 'publications', ['state', 'published'], unique=False)
    op.create_table('revisions',
    sa.Column('article_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), server_default='first', nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.Column('title', sa.Text(), server_default='', nullable=False),
    sa.Column('text', sa.Text(), server_default='', nullable=False),
    sa.Column('html', sa.Text(), server_default='', nullable=False),
    sa.Column('text_hash', sa.String(length=32), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_revisions_article_id_articles')),
    sa.PrimaryKeyConstraint('article_id', 'version', name=op.f('pk_revisions'))
    )
    op.create_table('sightings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('article_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('url', sa.String(length=2000), nullable=False),
    sa.Column('seen_at', Instant(timezone=True), nullable=False),
    sa.Column('published', Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_sightings_article_id_articles')),
    sa.ForeignKeyConstraint(['entry_id'], ['entries.id'], name=op.f('fk_sightings_entry_id_entries')),
    sa.ForeignKeyConstraint(['source_id'], ['sources.id'], name=op.f('fk_sightings_source_id_sources')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sightings')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_sightings_entry_id'))
    )
    op.create_index(op.f('ix_sightings_article_id'), 'sightings', ['article_id'], unique=False)
    op.create_table('sketches',
    sa.Column('article_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shingles', sa.LargeBinary(), nullable=False),
    sa.Column('sample', sa.Text(), server_default='', nullable=False),
    sa.Column('numbers', sa.Text(), server_default='', nullable=False),
    sa.Column('names', sa.Text(), server_default='', nullable=False),
    sa.Column('spaced', sa.Boolean(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_sketches_article_id_articles')),
    sa.PrimaryKeyConstraint('article_id', name=op.f('pk_sketches'))
    )
    op.create_table('url_aliases',
    sa.Column('url_key', sa.String(length=2000), nullable=False),
    sa.Column('article_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['articles.id'], name=op.f('fk_url_aliases_article_id_articles')),
    sa.PrimaryKeyConstraint('url_key', name=op.f('pk_url_aliases'))
    )
    op.create_index(op.f('ix_url_aliases_article_id'), 'url_aliases', ['article_id'], unique=False)
