"""Limiting: a wish to be left alone is kept, and reaches as far as its evidence."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.core.feed import Feed, Trouble
from aggregator.core.limits import Limit, Reach, reach
from aggregator.core.polling import Failure
from aggregator.core.schedule import LONG_WAIT
from aggregator.core.url import registrable
from aggregator.store import hosts, limits
from aggregator.store.session import Session


def limited(session: Session, found: Sequence[tuple[Feed, Failure, datetime]]) -> None:
    """Keep the limits among failures, given when each feed will be asked again; hosts and domains are put off."""
    wishes = [
        Limit(
            url=feed.url,
            host=feed.host,
            domain=registrable(feed.host),
            at=failure.at,
            until=min(failure.at + (failure.asked or again - failure.at), failure.at + LONG_WAIT),
            reason=failure.reason,
        )
        for feed, failure, again in found
        if failure.trouble is Trouble.LIMITED
    ]
    if not wishes:
        return
    evidence = limits.lately(session, {each.domain for each in wishes}, min(each.at for each in wishes))
    wide = []
    for each in wishes:
        match reach(each, [*evidence, *wishes]):
            case Reach.HOST:
                hosts.put_off(session, {each.host: each.until})
                wide.append(replace(each, url=f"//{each.host}"))
            case Reach.DOMAIN:
                wide.append(replace(each, url=f"*.{each.domain}"))
    limits.save(session, [*wishes, *wide])
