"""Calls on behalf of a person: each names the person in a header."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

from baton_client import operations
from baton_client.exchange import Operation, RetryPolicy
from baton_client.operations import Json

T = TypeVar("T")
HEADER = "baton-on-behalf-of"
PERSON = re.compile(r"[\x21-\x7e]+")


def person_of(person: str) -> str:
    """Raises ValueError if the person cannot be named in a header."""
    if not PERSON.fullmatch(person):
        raise ValueError(f"{person!r} is not the id or the e-mail address of a person.")
    return person


def on_behalf(operation: Operation[T], person: str) -> Operation[T]:
    """The same operation, in which each request to Baton names the person who acts."""
    request = next(operation, None)
    while request is not None:
        if not request.is_elsewhere:
            request = replace(request, headers={**request.headers, HEADER: person})
        reply = yield request
        try:
            request = operation.send(reply)
        except StopIteration as done:
            result: T = done.value
            return result
    raise RuntimeError("An operation makes at least one request.")


class Agent:
    """Acts as one person. The key has the scope `agents`, and the person serves the bot.

    Each call raises BatonError. `AlreadyClaimed`, `AtCapacity` and `IllegalMove` say in `detail`
    what to tell the person; `InvalidRequest` means that nobody with this name serves the bot.
    """

    def __init__(
        self, person: str, policy: RetryPolicy, run: Callable[[Operation[Any]], Any]
    ) -> None:
        self.person, self._policy = person_of(person), policy
        self._run: Callable[[Operation[Any]], Any] = lambda operation: run(
            on_behalf(operation, self.person)
        )

    def claim(self, conversation_id: str) -> Json:
        """Makes the person the owner. Returns the conversation."""
        head: Json = self._run(operations.claim(self._policy, conversation_id))
        return head

    def say(self, conversation_id: str, text: str, *, message_id: str | int | None = None) -> Json:
        """Writes to the user as the person. The same `message_id` is stored once."""
        asked = (conversation_id, text, message_id)
        entry: Json = self._run(operations.say_as_agent(self._policy, *asked))
        return entry

    def unpause(
        self, conversation_id: str, *, outcome: str | None = None, note: str | None = None
    ) -> Json:
        """Ends the handoff, so the bot goes on. Returns the conversation."""
        asked = {"outcome": outcome, "note": note}
        head: Json = self._run(operations.unpause(self._policy, conversation_id, asked))
        return head

    def call(self, method: str, path: str, body: Json | None = None) -> Any:
        """Any other call that an agent may make. `path` is below the bot's address."""
        return self._run(operations.call(self._policy, method, path, body))


class AsyncAgent:
    """As `Agent`, for asyncio."""

    def __init__(
        self, person: str, policy: RetryPolicy, run: Callable[[Operation[Any]], Awaitable[Any]]
    ) -> None:
        self.person, self._policy = person_of(person), policy
        self._run: Callable[[Operation[Any]], Awaitable[Any]] = lambda operation: run(
            on_behalf(operation, self.person)
        )

    async def claim(self, conversation_id: str) -> Json:
        """As `Agent.claim`."""
        head: Json = await self._run(operations.claim(self._policy, conversation_id))
        return head

    async def say(
        self, conversation_id: str, text: str, *, message_id: str | int | None = None
    ) -> Json:
        """As `Agent.say`."""
        asked = (conversation_id, text, message_id)
        entry: Json = await self._run(operations.say_as_agent(self._policy, *asked))
        return entry

    async def unpause(
        self, conversation_id: str, *, outcome: str | None = None, note: str | None = None
    ) -> Json:
        """As `Agent.unpause`."""
        asked = {"outcome": outcome, "note": note}
        head: Json = await self._run(operations.unpause(self._policy, conversation_id, asked))
        return head

    async def call(self, method: str, path: str, body: Json | None = None) -> Any:
        """As `Agent.call`."""
        return await self._run(operations.call(self._policy, method, path, body))
