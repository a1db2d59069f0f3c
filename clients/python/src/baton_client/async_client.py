"""The asynchronous client."""

import asyncio
import inspect
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

import httpx

from baton_client import operations
from baton_client.client import built, headers_of, no_reply, reply_of
from baton_client.desk.agents import AsyncAgent
from baton_client.exchange import HttpReply, HttpRequest, NoReply, Operation, RetryPolicy
from baton_client.files import File
from baton_client.inbox import WebhookHandler, WebhookInbox
from baton_client.operations import Availability, Json, User
from baton_client.servers import AsgiApp, asgi_app
from baton_client.signatures import WebhookEvent, WebhookVerifier
from baton_client.transcript import Transcript
from baton_client.turns import AsyncTurn

if TYPE_CHECKING:
    from baton_client.listening.protocol import Step, Steps
    from baton_client.listening.sockets import AsyncSocket

T = TypeVar("T")


class AsyncBaton:
    """As `Baton`, for asyncio. Handlers of webhooks may be functions or coroutines.

    It has no `wsgi`, because a WSGI server has no event loop.
    """

    def __init__(
        self,
        url: str,
        key: str,
        webhook_secret: str | Sequence[str] | None = None,
        *,
        timeout: float = 5.0,
        retries: RetryPolicy | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = operations.address_of(url)
        self._policy = retries or RetryPolicy()
        verifier = WebhookVerifier(webhook_secret) if webhook_secret else None
        self._inbox = WebhookInbox(verifier)
        self._stopped = threading.Event()
        self._http = httpx.AsyncClient(
            headers=headers_of(key), timeout=timeout, transport=transport
        )

    async def heard(
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
    ) -> AsyncTurn:
        """As `Baton.heard`."""
        asked = (channel, user, text, message_id, thread, type, payload, file)
        return self._turn(await self._run(operations.heard(self._policy, *asked)))

    async def turn(self, conversation_id: str, *, key: str | None = None) -> AsyncTurn:
        """As `Baton.turn`."""
        return self._turn(await self._run(operations.take_turn(self._policy, conversation_id, key)))

    async def upload(
        self,
        file: File,
        *,
        conversation_id: str | None = None,
        channel: str | None = None,
        user: str | int | None = None,
        thread: str | int | None = None,
    ) -> str:
        """As `Baton.upload`."""
        asked = (file, conversation_id, channel, user, thread)
        return await self._run(operations.upload_file(self._policy, *asked))

    async def transcript(
        self, conversation_id: str, *, after: int = 0, latest: int | None = None
    ) -> Transcript:
        """As `Baton.transcript`."""
        return await self._run(operations.transcript(self._policy, conversation_id, after, latest))

    async def availability(self, queue: str | None = None) -> Availability:
        """As `Baton.availability`."""
        return await self._run(operations.availability(self._policy, queue))

    async def unpause(
        self,
        conversation_id: str,
        *,
        outcome: str | None = None,
        note: str | None = None,
        resume_at: str | None = None,
        variables: Json | None = None,
        epoch: int | None = None,
    ) -> Json:
        """As `Baton.unpause`."""
        asked = {"outcome": outcome, "note": note, "resume_at": resume_at}
        asked_too = {"variables": variables, "epoch": epoch}
        return await self._run(
            operations.unpause(self._policy, conversation_id, {**asked, **asked_too})
        )

    async def rate(self, handoff_id: str, score: int, comment: str | None = None) -> None:
        """As `Baton.rate`."""
        return await self._run(operations.rate(self._policy, handoff_id, score, comment))

    def on_behalf_of(self, person: str) -> AsyncAgent:
        """As `Baton.on_behalf_of`."""
        return AsyncAgent(person, self._policy, self._run)

    async def call(self, method: str, path: str, body: Json | None = None) -> Any:
        """As `Baton.call`."""
        return await self._run(operations.call(self._policy, method, path, body))

    def on(self, *types: str) -> Callable[[WebhookHandler], WebhookHandler]:
        """Registers a handler of these webhook events, which gets a WebhookEvent.

        If it raises, Baton delivers the event again.
        """
        return lambda handler: self._inbox.add(types, handler)

    def verify(self, headers: Mapping[str, str], body: bytes) -> WebhookEvent:
        """Reads an event in your own server. Raises WebhookRefused unless Baton has sent it."""
        return self._inbox.verify(headers, body)

    async def receive(self, headers: Mapping[str, str], body: bytes) -> int:
        """Verifies a webhook, runs its handlers and returns the status to answer with."""
        event = self._inbox.open(headers, body)
        if isinstance(event, int):
            return event
        return self._inbox.close(event, await self._handle(event))

    async def listen(self, *, since: datetime | None = None) -> None:
        """As `Baton.listen`. Cancelling its task ends it, too."""
        from baton_client.listening.feed import EventFeed
        from baton_client.listening.protocol import aware, listenable, listening
        from baton_client.listening.sockets import AsyncSocket, ListeningStopped

        feed = EventFeed(self._inbox, self._policy)
        steps = listening(self._policy, feed, listenable(self._inbox.types), aware(since))
        socket = AsyncSocket(self._stopped.is_set)
        try:
            await self._drive(steps, socket)
        except ListeningStopped:
            return
        finally:
            self._stopped.clear()
            steps.close()
            await socket.close()

    def stop(self) -> None:
        """Ends `listen`, from a handler or from another task."""
        self._stopped.set()

    async def _drive(self, steps: "Steps[None]", socket: "AsyncSocket") -> None:
        from baton_client.listening.protocol import SocketClosed

        step = next(steps)
        while True:
            socket.check_stopped()
            try:
                result = await self._do(step, socket)
            except SocketClosed as closed:
                step = steps.throw(closed)
            else:
                step = steps.send(result)

    async def _do(self, step: "Step", socket: "AsyncSocket") -> Any:
        from baton_client.listening import protocol

        match step:
            case HttpRequest():
                return await self._send(step)
            case protocol.OpenSocket(url, subprotocols):
                return await socket.open(url, subprotocols)
            case protocol.SendFrame(text):
                return await socket.send(text)
            case protocol.ReceiveFrame(seconds):
                return await socket.receive(seconds)
            case protocol.WaitSeconds(seconds):
                return await socket.wait(seconds)
            case protocol.RunHandlers(event):
                if self._inbox.begin(event) is not None:
                    return None
                error = await self._handle(event)
                self._inbox.close(event, error)
                return error

    async def _handle(self, event: WebhookEvent) -> Exception | None:
        """Runs the handlers. What is no Exception, for example an interrupt, is raised."""
        try:
            for handler in self._inbox.handlers(event):
                result = handler(event)
                if inspect.isawaitable(result):
                    await result
        except Exception as error:
            return error
        except BaseException as error:
            self._inbox.close(event, error)
            raise
        return None

    def asgi(self) -> AsgiApp:
        """The webhook's address as an ASGI app."""
        return asgi_app(self.receive)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _turn(self, state: operations.TurnState) -> AsyncTurn:
        return AsyncTurn(state, self._policy, self._run)

    async def _run(self, operation: Operation[T]) -> T:
        try:
            request = next(operation)
            while True:
                request = operation.send(await self._send(request))
        except StopIteration as done:
            result: T = done.value
            return result

    async def _send(self, request: HttpRequest) -> HttpReply | NoReply:
        await asyncio.sleep(request.after)
        try:
            return reply_of(await self._http.send(built(self._http, self._url, request)))
        except httpx.HTTPError as error:
            return no_reply(error)
