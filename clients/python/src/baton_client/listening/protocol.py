"""The steps of a client that listens, without any I/O.

`listening` is a generator. It yields what has to be done and gets the result, so the same code
drives the blocking client and the asynchronous one.
"""

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from baton_client.errors import BatonUnavailable
from baton_client.exchange import (
    HttpReply,
    HttpRequest,
    RetryPolicy,
    error_of,
    exchange,
    json_request,
)
from baton_client.inbox import log
from baton_client.listening.feed import EventFeed
from baton_client.signatures import WebhookEvent

T = TypeVar("T")
PROTOCOL = "baton.v1"
PING_EVERY, SILENCE = 60.0, 30.0
"""Seconds between two pings, and how long the client waits for an answer."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds before the next connection: at random, between 0 and a limit that doubles."""
OVERLAP = timedelta(minutes=5)
"""The lists of Baton lag a little, so what was missed is read from so long before. Events that come
twice have the same id."""
MILLISECOND = timedelta(milliseconds=1)
LISTENABLE = (
    *("agent.message", "handoff.requested", "handoff.claimed", "handoff.released"),
    *("handoff.transferred", "conversation.returned"),
)


@dataclass(frozen=True, slots=True)
class OpenSocket:
    """Open a WebSocket with these subprotocols; close the one before."""

    url: str
    subprotocols: Sequence[str]


@dataclass(frozen=True, slots=True)
class SendFrame:
    text: str


@dataclass(frozen=True, slots=True)
class ReceiveFrame:
    """The result is the frame, or None after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class WaitSeconds:
    seconds: float


@dataclass(frozen=True, slots=True)
class RunHandlers:
    """The result is what a handler has raised, or None."""

    event: WebhookEvent


class SocketClosed(Exception):
    """The WebSocket could not be opened, or it is closed. Throw it into the generator."""


Step = HttpRequest | OpenSocket | SendFrame | ReceiveFrame | WaitSeconds | RunHandlers
Steps = Generator[Step, Any, T]


def listening(
    policy: RetryPolicy, feed: EventFeed, types: Sequence[str], since: datetime | None
) -> Steps[None]:
    """Never ends by itself. Raises BatonError if the key may not listen."""
    connection, failures = ListeningConnection(policy, feed, types, since), 0
    while True:
        try:
            yield from connection.run()
        except (SocketClosed, BatonUnavailable) as lost:
            failures = 1 if connection.is_ready else failures + 1
            connection.is_ready = False
            limit = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures, 10))
            log.warning("The connection to Baton is lost, and opened again: %s", lost)
            yield WaitSeconds(policy.random() * limit)


class ListeningConnection:
    """`since` is the time, on Baton's clock, up to which nothing was missed. Without it, that is
    the time of the first connection. What is older than the first `since` is never read."""

    def __init__(
        self, policy: RetryPolicy, feed: EventFeed, types: Sequence[str], since: datetime | None
    ) -> None:
        self._policy = policy
        self._feed = feed
        self._types = types
        self._first = self._since = since
        self._pinged_at: float | None = None
        self.is_ready = False

    def run(self) -> Steps[None]:
        """Ends with SocketClosed."""
        request = json_request("POST", "/socket/ticket", {})
        ticket = (yield from exchange(self._policy, request)).json
        yield OpenSocket(ticket["url"], (PROTOCOL, ticket["ticket"]))
        connected_at = _time((yield from self._ask("ping"))["at"])
        is_first = self._since is None
        if self._first is None:
            self._first = self._since = connected_at - MILLISECOND
        # First the live events, then those that were missed: so none falls between.
        yield from self._ask("listen", events=list(self._types))
        if not is_first:
            yield from self._catch_up()
        self._since, self.is_ready = connected_at, True
        self._pinged_at, last_ping = None, self._policy.clock()
        while True:
            while (event := self._feed.next_event()) is not None:
                self._feed.settle(event, (yield RunHandlers(event)))
            now = self._policy.clock()
            if self._pinged_at is not None and now - self._pinged_at > SILENCE:
                raise SocketClosed("Baton does not answer.")
            if self._pinged_at is None and now - last_ping >= PING_EVERY:
                self._pinged_at = last_ping = now
                yield SendFrame(_frame("ping"))
            longest = SILENCE if self._pinged_at is not None else last_ping + PING_EVERY - now
            received = yield ReceiveFrame(self._feed.seconds_until_due(longest))
            if received is not None:
                yield from self._take(json.loads(received))

    def _ask(self, action: str, **fields: object) -> Steps[Any]:
        """Sends a frame and returns the result in its reply. Raises BatonError."""
        yield SendFrame(_frame(action, **fields))
        begun = self._policy.clock()
        while (left := begun + SILENCE - self._policy.clock()) > 0:
            received = yield ReceiveFrame(left)
            frame = json.loads(received) if received is not None else {}
            if frame.get("reply_to") == action:
                return _result(frame)
            yield from self._take(frame)
        raise SocketClosed("Baton does not answer.")

    def _take(self, frame: Mapping[str, Any]) -> Steps[None]:
        if frame.get("reply_to") == "ping":
            self._pinged_at = None
            self._since = _time(_result(frame)["at"])
        elif frame.get("event") == "bot_event":
            self._feed.add(frame["id"], frame["body"])
        elif frame.get("event") == "resync":
            yield from self._catch_up()
        elif frame.get("event") == "session_ended":
            raise SocketClosed("Baton has ended the connection.")

    def _catch_up(self) -> Steps[None]:
        if self._since is None or self._first is None:
            return
        after = max(self._since - OVERLAP, self._first).isoformat(timespec="milliseconds")
        query = {"after": after, "events": ",".join(self._types), "limit": "100"}
        while True:
            request = json_request("GET", f"/deliveries?{urlencode(query)}")
            page = (yield from exchange(self._policy, request)).json
            for item in page["items"]:
                self._feed.add(item["id"], item["body"])
            if page["next"] is None:
                return
            query["cursor"] = page["next"]


def listenable(types: Sequence[str]) -> Sequence[str]:
    """Those of these types that a connection can receive; all of them if there is none."""
    return [name for name in LISTENABLE if name in types] or LISTENABLE


def aware(since: datetime | None) -> datetime | None:
    """Raises ValueError if the time has no time zone."""
    if since is not None and since.tzinfo is None:
        raise ValueError("`since` needs a time zone, for example datetime.now(UTC).")
    return since and since.astimezone(UTC)


def _frame(action: str, **fields: object) -> str:
    return json.dumps({"id": action, "action": action, **fields})


def _result(frame: Mapping[str, Any]) -> Any:
    if frame["ok"]:
        return frame["result"]
    problem = frame["error"]
    error = error_of(HttpReply(problem["status"], {}, json.dumps(problem).encode()))
    raise error if error is not None else SocketClosed("Baton refused a frame.")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
