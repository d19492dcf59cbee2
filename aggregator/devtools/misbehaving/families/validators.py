"""Validators: ETag and Last-Modified, honest and otherwise (RFC 9110 sections 8.8 and 13)."""

from datetime import timedelta

from aggregator.devtools.misbehaving import news
from aggregator.devtools.misbehaving.behaviour import family
from aggregator.devtools.misbehaving.talk import Talk, etag, head, http_date

plays = family("validators")


@plays("/honest", "Sends both validators back unchanged, and takes 304 for “nothing new”.")
def honest(talk: Talk) -> None:
    """Answers 200 with ETag and Last-Modified, and 304 when either comes back."""
    body, modified = talk.rss(), http_date(talk.now)
    told = {"ETag": etag(body), "Last-Modified": modified}
    if talk.has(told["ETag"], modified):
        talk.unmodified(told)
    else:
        talk.answer(body, headers=told)


@plays("/honest-growing", "Gets 304 until there is something new, then the new story and a new ETag.")
def honest_growing(talk: Talk) -> None:
    """Is as honest as /honest, and has one more story after every third request."""
    late = (news.newer(talk.origin, talk.now, number) for number in range((talk.number - 1) // 3, 0, -1))
    body = talk.rss([*late, *talk.stories()][:8])
    if talk.has(etag(body)):
        talk.unmodified({"ETag": etag(body)})
    else:
        talk.answer(body, headers={"ETag": etag(body)})


@plays("/lying-304", "Asks without validators from time to time, and then finds the new stories.")
def lying_304(talk: Talk) -> None:
    """Answers 304 to every conditional request, although each request without condition finds a new story."""
    if talk.conditional():
        talk.unmodified({"ETag": '"for-ever"'})
    else:
        late = news.newer(talk.origin, talk.now, talk.number)
        talk.feed({"ETag": '"for-ever"', "Last-Modified": http_date(talk.now)}, [late, *talk.stories(7)])


@plays("/weak-etag-new", "Compares the body, or its items, with the last one, and does no work twice.")
def weak_etag_new(talk: Talk) -> None:
    """Sends the same body every time under another weak ETag, and never 304."""
    talk.feed({"ETag": f'W/"{talk.number}"'})


@plays("/etag-changing", "Sees by the items that nothing is new; polls no more often for it.")
def etag_changing(talk: Talk) -> None:
    """Sends another strong ETag and another lastBuildDate every time, around the same items."""
    built = f"<lastBuildDate>{http_date(talk.now + timedelta(seconds=talk.number))}</lastBuildDate>\n"
    body = talk.rss(channel=built)
    talk.answer(body, headers={"ETag": etag(body)})


@plays("/last-modified-future", "Sends the date back byte for byte, or not at all; does not reckon with it.")
def last_modified_future(talk: Talk) -> None:
    """Says that it was last modified a year from now, and answers 304 to exactly that date."""
    modified = http_date(talk.now + timedelta(days=365))
    if talk.has(modified=modified):
        talk.unmodified({"Last-Modified": modified})
    else:
        talk.feed({"Last-Modified": modified})


@plays("/last-modified-garbage", "Sends it back byte for byte or ignores it, and does not fail on it.")
def last_modified_garbage(talk: Talk) -> None:
    """Sends a Last-Modified that is no date, and answers 304 when it comes back as it was."""
    if talk.has(modified="yesterday evening"):
        talk.unmodified()
    else:
        talk.feed({"Last-Modified": "yesterday evening"})


@plays("/etag-unquoted", "Sends the tag back as it came, without adding quotes.")
def etag_unquoted(talk: Talk) -> None:
    """Sends an ETag without quotes, and answers 304 only when it comes back without them."""
    if talk.has("a1b2c3"):
        talk.unmodified({"ETag": "a1b2c3"})
    else:
        talk.feed({"ETag": "a1b2c3"})


@plays("/etag-empty", "Treats an empty tag as a tag or as none, and never as an error.")
def etag_empty(talk: Talk) -> None:
    """Sends an ETag header with nothing in it."""
    talk.feed({"ETag": ""})


@plays("/etag-gzip-suffix", "Compares bodies, since this ETag never works; does not cut the suffix off.")
def etag_gzip_suffix(talk: Talk) -> None:
    """Adds -gzip to its ETag and does not know it again when it comes back, as Apache long did."""
    plain = etag(talk.rss())
    if talk.has(plain):
        talk.unmodified({"ETag": plain})
    else:
        talk.feed({"ETag": plain[:-1] + '-gzip"'})


@plays("/unasked-304", "Does not take 304 for success when it asked for no condition: an error, tried later.")
def unasked_304(talk: Talk) -> None:
    """Answers 304 always, even to a first request without condition."""
    talk.unmodified({"ETag": '"never-seen"'})


@plays("/304-with-body", "Ignores the body of a 304, and does not take it for the next answer.")
def with_body_304(talk: Talk) -> None:
    """Answers 304 with a body and its Content-Length to a conditional request."""
    body = talk.rss()
    told = {"ETag": etag(body), "Content-Length": str(len(body))}
    if talk.has(etag(body)):
        talk.send(head("304 Not Modified", told) + body)
    else:
        talk.answer(body, headers=told)


@plays("/304-new-etag", "Keeps the newer ETag of the 304 (RFC 9111 section 4.3.4).")
def new_etag_304(talk: Talk) -> None:
    """Sends a new ETag with every 304, and knows only the newest."""
    told = {"ETag": f'"edition-{talk.number}"'}
    if talk.has(f'"edition-{talk.number - 1}"'):
        talk.unmodified(told)
    else:
        talk.feed(told)


@plays("/no-validators", "Sees by the body that nothing is new.")
def no_validators(talk: Talk) -> None:
    """Sends the same body every time, with no validator at all."""
    talk.feed()


@plays("/412-on-condition", "Asks again without condition, and remembers to.")
def condition_412(talk: Talk) -> None:
    """Answers 412 Precondition Failed to a conditional GET, where 304 is meant."""
    if talk.conditional():
        talk.page("<h1>Precondition Failed</h1>", "412 Precondition Failed")
    else:
        talk.feed({"ETag": '"conditional"'})
