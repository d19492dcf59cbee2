"""The callback of WebSub: hubs ask here whether we mean it, and send here what is new. It tells nothing else."""

import asyncio
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from aggregator.core import callback, schedule, websub
from aggregator.core.callback import MAX_PUSH_BYTES, Question
from aggregator.core.websub import Subscription, SubscriptionState
from aggregator.store import subscriptions
from aggregator.web.desk import Desk

BODY_SECONDS = 60.0
MOST_BODIES = 16  # that are read at once, each of up to 10 MiB
TOKEN_LENGTH = 43
LONGEST_LENGTH = 12  # digits of Content-Length
RETRY_SECONDS = "60"


class WebSub:
    """The endpoints for hubs; the token in the address is all that names a subscription."""

    def __init__(self, desk: Desk, body_seconds: float = BODY_SECONDS, most_bodies: int = MOST_BODIES) -> None:
        self._desk = desk
        self._body_seconds = body_seconds
        self._most_bodies = most_bodies
        self._reading = 0

    def verify(self, request: Request) -> Response:
        """Answer whether we have asked for this: the challenge with 200, or 404."""
        told = request.query_params
        question = Question({name: told.getlist(name) for name in told})
        token = _token(request)
        if not token or request.method != "GET":
            return _said(404)
        now = self._desk.clock()
        with self._desk.store.writing() as session:
            found = subscriptions.by_token(session, token, held=True)
            if found is None:
                return _said(404)
            reply = callback.answer(found, question, now, schedule.chance(found.topic, now))
            if reply.stands:
                tally = subscriptions.tallies(session, [found.hub], now)[found.hub]
                subscriptions.save(session, reply.stands, found)
                if reply.stands.state is SubscriptionState.ACTIVE and websub.admitted(tally, now) is not None:
                    subscriptions.wake(session, found.hub, now)  # the hub keeps its word: the others may ask too
        return _said(404) if reply.body is None else _said(200, reply.body)

    async def push(self, request: Request) -> Response:
        """Take what a hub sends: 202 whether or not the signature is right (section 8), stored only when it is."""
        found = await run_in_threadpool(self._known, _token(request))
        if found is None:
            return _said(404)
        if found.state in callback.ENDED:
            return _said(410)
        if request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
            return _said(415)
        if self._reading >= self._most_bodies:
            return _said(503)
        self._reading += 1
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await _body(request)
        except TimeoutError:
            return _said(408)
        except ClientDisconnect:
            return _said(400)
        finally:
            self._reading -= 1
        if body is None:
            return _said(413)
        signatures = request.headers.getlist("x-hub-signature")
        signature = signatures[0] if len(signatures) == 1 else None
        kind = request.headers.get("content-type", "")
        return await run_in_threadpool(self._stored, found.token, signature, kind, body)

    def _known(self, token: str) -> Subscription | None:
        """Return the subscription if its hub has ever been asked."""
        if not token:
            return None
        with self._desk.store.reading() as session:
            found = subscriptions.by_token(session, token)
        return None if found is None or found.state is SubscriptionState.WANTED else found

    def _stored(self, token: str, signature: str | None, kind: str, body: bytes) -> Response:
        now: datetime = self._desk.clock()
        with self._desk.store.writing() as session:
            found = subscriptions.by_token(session, token, held=True)
            if found is None or found.state not in callback.LISTENING:
                return _said(410)
            if not callback.signed(found.secret, signature, body):
                subscriptions.count_refused(session, found)
                return _said(202)
            return _said(202 if subscriptions.add_push(session, found, now, kind, body) else 503)


def _token(request: Request) -> str:
    """Return the token of the address, '' for what cannot be one."""
    token: str = request.path_params["token"]
    plain = token.isascii() and token.replace("-", "").replace("_", "").isalnum()
    return token if plain and len(token) == TOKEN_LENGTH else ""


def _said(status: int, body: str = "") -> Response:
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": RETRY_SECONDS} if status == 503 else {})  # noqa: PLR2004
    return PlainTextResponse(body, status, headers=headers)


async def _body(request: Request) -> bytes | None:
    """Return the body, None as soon as it is, or says that it is, larger than may be."""
    length = request.headers.get("content-length", "0")
    if len(length) > LONGEST_LENGTH or not length.isdigit() or int(length) > MAX_PUSH_BYTES:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_PUSH_BYTES:
            return None
    return bytes(body)
