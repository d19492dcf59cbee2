"""The validators of a feed, ETag and Last-Modified (RFC 9110 section 8.8): kept, and found out when they hide news."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.core.feed import Feed, FeedDocument, Told
from aggregator.core.page import Answer

BACKDATED = timedelta(minutes=30)  # what publishers date before it is out


def seen(feed: Feed, answer: Answer) -> Feed:
    """Return a feed with the validators of a full answer, and the very address that gave them."""
    etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
    return replace(
        feed, etag=etag[:500], last_modified=modified[:100], validated_url=answer.url, full_at=answer.at
    )  # fmt: skip


def lied(feed: Feed, answer: Answer, document: FeedDocument) -> bool:
    """Whether this answer, asked without conditions, shows that the validators hid news.

    They did when they are still the same and yet there are other items, or when there is an item that is older than
    the last time the server said that nothing had changed, and that was not there at the last full answer.
    """
    if feed.full_at is None or not (feed.etag or feed.last_modified) or not feed.told:
        return False
    before = {item.hash for item in feed.told}
    new = [item for item in document.told if item.hash not in before]
    same_etag = bool(feed.etag) and answer.headers.get("etag", "") == feed.etag
    same_date = not feed.etag and answer.headers.get("last-modified", "") == feed.last_modified
    if new and answer.url == feed.validated_url and (same_etag or same_date):
        return True
    return feed.answered_at is not None and any(_hidden(item, feed.full_at, feed.answered_at) for item in new)


def _hidden(item: Told, full_at: datetime, answered_at: datetime) -> bool:
    at = datetime.fromtimestamp(item.at, UTC)
    return full_at + BACKDATED < at < answered_at - BACKDATED
