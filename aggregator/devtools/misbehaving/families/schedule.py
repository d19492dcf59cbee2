"""Feeds that say how often to come (RFC 9111, RSS 2.0 and its syndication module)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.devtools.misbehaving.behaviour import family
from aggregator.devtools.misbehaving.talk import Talk, http_date

plays = family("schedule")

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OPEN_HOUR = 6  # the hour (UTC) that /skip-hours leaves
OPEN_DAY = "Wednesday"  # the day that /skip-days leaves
YEAR = timedelta(days=365)
_SY = ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


@plays("/max-age", "Does not ask again within the hour.")
def max_age(talk: Talk) -> None:
    """Sends Cache-Control: max-age=3600."""
    talk.feed({"Cache-Control": "max-age=3600"})


@plays("/max-age-absurd", "Asks again after its own longest interval.")
def max_age_absurd(talk: Talk) -> None:
    """Sends Cache-Control: max-age=31536000, a year, for a feed that changes daily."""
    talk.feed({"Cache-Control": "public, max-age=31536000, immutable"})


@plays("/no-store", "Asks at its usual pace; it may keep the items, since it is no cache.")
def no_store(talk: Talk) -> None:
    """Sends Cache-Control: no-store, no-cache, must-revalidate and Pragma: no-cache."""
    talk.feed({"Cache-Control": "no-store, no-cache, must-revalidate", "Pragma": "no-cache"})


@plays("/expires", "Does not ask again before that time.")
def expires(talk: Talk) -> None:
    """Sends an Expires date two hours from the request."""
    now = datetime.now(UTC)
    talk.feed({"Date": http_date(now), "Expires": http_date(now + timedelta(hours=2))})


@plays("/expires-0", "Reads it as “already stale” (RFC 9111 section 5.3), and asks at its usual pace.")
def expires_0(talk: Talk) -> None:
    """Sends Expires: 0."""
    talk.feed({"Expires": "0"})


@plays("/ttl-120", "Does not ask again within two hours.")
def ttl_120(talk: Talk) -> None:
    """Has <ttl>120</ttl>, in minutes, in the channel."""
    talk.answer(talk.rss(channel="<ttl>120</ttl>\n"))


@plays("/ttl-absurd", "Ignores it, or bounds it by its own longest interval.")
def ttl_absurd(talk: Talk) -> None:
    """Has <ttl>99999999</ttl>, 190 years, in the channel."""
    talk.answer(talk.rss(channel="<ttl>99999999</ttl>\n"))


@plays("/sy-daily", "Asks about once a day.")
def sy_daily(talk: Talk) -> None:
    """Has sy:updatePeriod daily and sy:updateFrequency 1 in the channel."""
    told = "<sy:updatePeriod>daily</sy:updatePeriod>\n<sy:updateFrequency>1</sy:updateFrequency>\n"
    talk.answer(talk.rss(channel=told, attributes=_SY))


@plays("/sy-frequency-0", "Ignores it; does not divide by nought.")
def sy_frequency_0(talk: Talk) -> None:
    """Has sy:updatePeriod hourly and sy:updateFrequency 0 in the channel."""
    told = "<sy:updatePeriod>hourly</sy:updatePeriod>\n<sy:updateFrequency>0</sy:updateFrequency>\n"
    talk.answer(talk.rss(channel=told, attributes=_SY))


@plays("/skip-hours", "Asks only in that hour, or ignores it for its own longest interval.")
def skip_hours(talk: Talk) -> None:
    """Has skipHours with every hour but 6 (UTC)."""
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24) if hour != OPEN_HOUR)
    talk.answer(talk.rss(channel=f"<skipHours>{hours}</skipHours>\n"))


@plays("/skip-all-hours", "Ignores it, and asks at its own longest interval.")
def skip_all_hours(talk: Talk) -> None:
    """Has skipHours with all hours, 24 too."""
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(25))
    talk.answer(talk.rss(channel=f"<skipHours>{hours}</skipHours>\n"))


@plays("/skip-days", "Asks only on that day, or ignores it for its own longest interval.")
def skip_days(talk: Talk) -> None:
    """Has skipDays with every day but Wednesday."""
    days = "".join(f"<day>{day}</day>" for day in DAYS if day != OPEN_DAY)
    talk.answer(talk.rss(channel=f"<skipDays>{days}</skipDays>\n"))


@plays("/quiet-year", "Asks less and less often, down to about daily; does not give the feed up.")
def quiet_year(talk: Talk) -> None:
    """Has had no new item for a year."""
    told = talk.stories()
    talk.feed(stories=[replace(one, published=one.published - YEAR) for one in told if one.published])
