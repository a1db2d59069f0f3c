"""The blocking client."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

import httpx

from baton_client import operations
from baton_client.desk.agents import Agent
from baton_client.exchange import HttpReply, HttpRequest, NoReply, Operation, RetryPolicy
from baton_client.files import File
from baton_client.inbox import WebhookHandler, WebhookInbox
from baton_client.operations import Availability, Json, User
from baton_client.servers import AsgiApp, WsgiApp, asgi_app, wsgi_app
from baton_client.signatures import WebhookEvent, WebhookVerifier
from baton_client.transcript import Transcript
from baton_client.turns import Turn
from baton_client.version import __version__

if TYPE_CHECKING:
    from baton_client.listening.protocol import Step, Steps
    from baton_client.listening.sockets import BlockingSocket

T = TypeVar("T")


def headers_of(key: str) -> dict[str, str]:
    """Raises ValueError if the key cannot be sent in a header."""
    return {
        "authorization": f"Bearer {operations.key_of(key)}",
        "accept": "application/json",
        "user-agent": f"baton-client-python/{__version__}",
    }


def built(
    http: httpx.Client | httpx.AsyncClient, bot_url: str, request: HttpRequest
) -> httpx.Request:
    """The key goes to Baton only."""
    url, headers = request.at(bot_url), dict(request.headers)
    sent = http.build_request(request.method, url, content=request.body, headers=headers)
    if request.is_elsewhere:
        del sent.headers["authorization"]
    return sent


def reply_of(response: httpx.Response) -> HttpReply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return HttpReply(response.status_code, headers, response.content)


def no_reply(error: httpx.HTTPError) -> NoReply:
    return NoReply(str(error) or type(error).__name__)


class Baton:
    """Talks to Baton for one bot. It may be shared by threads.

    `url` is the bot's address, which ends with `/api/v1/bots/` and the bot's id. `timeout` is in
    seconds for each attempt. During a rotation, `webhook_secret` is a list with both secrets.
    Raises ValueError if the address, the key or a secret is malformed.
    """

    def __init__(
        self,
        url: str,
        key: str,
        webhook_secret: str | Sequence[str] | None = None,
        *,
        timeout: float = 5.0,
        retries: RetryPolicy | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = operations.address_of(url)
        self._policy = retries or RetryPolicy()
        verifier = WebhookVerifier(webhook_secret) if webhook_secret else None
        self._inbox = WebhookInbox(verifier)
        self._stopped = threading.Event()
        self._http = httpx.Client(headers=headers_of(key), timeout=timeout, transport=transport)

    def heard(
        self,
        channel: str,
        user: str | int | User,
        *,
        text: str | None = None,
        message_id: str | int | None = None,
        thread: str | int | None = None,
        type: str | None = None,
        payload: Json | None = None,
        file: File | None = None,
    ) -> Turn:
        """Records a message of the user and returns who answers it.

        Give the channel's `message_id`: then a message that is delivered twice is stored once. If
        Baton does not take the `file`, its name is recorded without it, and `warnings` says why.
        Raises BatonError; BatonUnavailable if the bot cannot know whether it may speak.
        """
        asked = (channel, user, text, message_id, thread, type, payload, file)
        return self._turn(self._run(operations.heard(self._policy, *asked)))

    def turn(self, conversation_id: str, *, key: str | None = None) -> Turn:
        """A turn that no message of the user has begun, for example to greet after a return.

        With the same `key`, for example the webhook's id, the same reply is recorded once.
        """
        return self._turn(self._run(operations.take_turn(self._policy, conversation_id, key)))

    def upload(
        self,
        file: File,
        *,
        conversation_id: str | None = None,
        channel: str | None = None,
        user: str | int | None = None,
        thread: str | int | None = None,
    ) -> str:
        """Uploads a file for a conversation or an address. Returns the `upload_id` for a payload.

        Most bots do not need it: `heard` and `say` take the `file`. Raises BatonError.
        """
        asked = (file, conversation_id, channel, user, thread)
        return self._run(operations.upload_file(self._policy, *asked))

    def transcript(
        self, conversation_id: str, *, after: int = 0, latest: int | None = None
    ) -> Transcript:
        """All entries after this number, or only this many of the `latest` ones."""
        return self._run(operations.transcript(self._policy, conversation_id, after, latest))

    def availability(self, queue: str | None = None) -> Availability:
        """Tells who could take a conversation now, to ask before `hand_over`."""
        return self._run(operations.availability(self._policy, queue))

    def unpause(
        self,
        conversation_id: str,
        *,
        outcome: str | None = None,
        note: str | None = None,
        resume_at: str | None = None,
        variables: Json | None = None,
        epoch: int | None = None,
    ) -> Json:
        """Ends the handoff. Returns the conversation."""
        asked = {"outcome": outcome, "note": note, "resume_at": resume_at}
        asked_too = {"variables": variables, "epoch": epoch}
        return self._run(operations.unpause(self._policy, conversation_id, {**asked, **asked_too}))

    def rate(self, handoff_id: str, score: int, comment: str | None = None) -> None:
        """Stores how the user rates a handoff that has ended: 1 to 5, 5 is the best.

        Ask the user after `conversation.returned`, whose `entry.payload` has the `handoff_id`. A
        later rating replaces an earlier one.
        """
        return self._run(operations.rate(self._policy, handoff_id, score, comment))

    def on_behalf_of(self, person: str) -> Agent:
        """Makes calls as this person, named by id or e-mail address. A desk uses it.

        The key needs the scope `agents`. Raises ValueError if the name cannot be one.
        """
        return Agent(person, self._policy, self._run)

    def call(self, method: str, path: str, body: Json | None = None) -> Any:
        """Any other call, with the same retries and errors. `path` is below the bot's address."""
        return self._run(operations.call(self._policy, method, path, body))

    def on(self, *types: str) -> Callable[[WebhookHandler], WebhookHandler]:
        """Registers a handler of these webhook events, which gets a WebhookEvent.

        If it raises, Baton delivers the event again.
        """
        return lambda handler: self._inbox.add(types, handler)

    def verify(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """Reads an event in your own server. Raises WebhookRefused unless Baton has sent it."""
        return self._inbox.verify(headers, body)

    def receive(self, headers: Mapping[str, str], body: bytes) -> int:
        """Verifies a webhook, runs its handlers and returns the status to answer with."""
        event = self._inbox.open(headers, body)
        if isinstance(event, int):
            return event
        return self._inbox.close(event, self._handle(event))

    def listen(self, *, since: datetime | None = None) -> None:
        """Receives the events over a WebSocket, and runs the same handlers as the webhook.

        It needs no public address, but the extra `listen`. It returns after `stop`, connects again
        whenever the connection is lost, and reads what was missed; also what happened after
        `since`, for example while the process did not run. A handler that fails runs again.
        Raises BatonError if the key may not listen.
        """
        from baton_client.listening.feed import EventFeed
        from baton_client.listening.protocol import aware, listenable, listening
        from baton_client.listening.sockets import BlockingSocket, ListeningStopped

        feed = EventFeed(self._inbox, self._policy)
        steps = listening(self._policy, feed, listenable(self._inbox.types), aware(since))
        socket = BlockingSocket(self._stopped.is_set)
        try:
            self._drive(steps, socket)
        except ListeningStopped:
            return
        finally:
            self._stopped.clear()
            steps.close()
            socket.close()

    def stop(self) -> None:
        """Ends `listen`, from a handler or from another thread."""
        self._stopped.set()

    def _drive(self, steps: "Steps[None]", socket: "BlockingSocket") -> None:
        from baton_client.listening.protocol import SocketClosed

        step = next(steps)
        while True:
            socket.check_stopped()
            try:
                result = self._do(step, socket)
            except SocketClosed as closed:
                step = steps.throw(closed)
            else:
                step = steps.send(result)

    def _do(self, step: "Step", socket: "BlockingSocket") -> Any:
        from baton_client.listening import protocol

        match step:
            case HttpRequest():
                return self._send(step)
            case protocol.OpenSocket(url, subprotocols):
                return socket.open(url, subprotocols)
            case protocol.SendFrame(text):
                return socket.send(text)
            case protocol.ReceiveFrame(seconds):
                return socket.receive(seconds)
            case protocol.WaitSeconds(seconds):
                return socket.wait(seconds)
            case protocol.RunHandlers(event):
                if self._inbox.begin(event) is not None:
                    return None
                error = self._handle(event)
                self._inbox.close(event, error)
                return error

    def _handle(self, event: WebhookEvent) -> Exception | None:
        """Runs the handlers. What is no Exception, for example an interrupt, is raised."""
        try:
            for handler in self._inbox.handlers(event):
                handler(event)
        except Exception as error:
            return error
        except BaseException as error:
            self._inbox.close(event, error)
            raise
        return None

    def asgi(self) -> AsgiApp:
        """The webhook's address as an ASGI app. Handlers run in threads."""

        async def handle(headers: Mapping[str, str], body: bytes) -> int:
            return await asyncio.to_thread(self.receive, headers, body)

        return asgi_app(handle)

    def wsgi(self) -> WsgiApp:
        """The webhook's address as a WSGI app."""
        return wsgi_app(self.receive)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _turn(self, state: operations.TurnState) -> Turn:
        return Turn(state, self._policy, self._run)

    def _run(self, operation: Operation[T]) -> T:
        try:
            request = next(operation)
            while True:
                request = operation.send(self._send(request))
        except StopIteration as done:
            result: T = done.value
            return result

    def _send(self, request: HttpRequest) -> HttpReply | NoReply:
        time.sleep(request.after)
        try:
            return reply_of(self._http.send(built(self._http, self._url, request)))
        except httpx.HTTPError as error:
            return no_reply(error)
