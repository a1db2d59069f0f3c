"""One message of the user, and what the bot may do about it."""

from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from baton_client import operations
from baton_client.errors import BatonError
from baton_client.exchange import Operation, RetryPolicy
from baton_client.files import File
from baton_client.operations import IfUnavailable, Json, Status, TurnState

T = TypeVar("T")


class Run(Protocol):
    """Runs an operation to its end."""

    def __call__(self, operation: Operation[T], /) -> T: ...


class AsyncRun(Protocol):
    def __call__(self, operation: Operation[T], /) -> Coroutine[Any, Any, T]: ...


class TurnFacts:
    """The facts that both kinds of turn know."""

    def __init__(self, state: TurnState, policy: RetryPolicy) -> None:
        self._state = state
        self._policy = policy

    @property
    def is_mine(self) -> bool:
        """True if the bot may speak. Otherwise a person has the conversation or was asked for."""
        return self._state.is_mine

    @property
    def conversation_id(self) -> str:
        return self._state.conversation_id

    @property
    def status(self) -> Status:
        """`bot`, `waiting` or `agent`, as Baton last answered."""
        return self._state.status

    @property
    def epoch(self) -> int:
        return self._state.epoch

    @property
    def repeated(self) -> bool:
        """True if the channel has delivered this message before."""
        return self._state.repeated

    @property
    def refusal(self) -> BatonError | None:
        """The reason why the last `say` or `hand_over` returned False."""
        return self._state.refusal

    @property
    def warnings(self) -> Sequence[Mapping[str, Any]]:
        """The list of what Baton left out or changed in a request that succeeded."""
        return self._state.warnings

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.conversation_id} {self.status} epoch={self.epoch} "
            f"is_mine={self.is_mine}>"
        )


class Turn(TurnFacts):
    def __init__(self, state: TurnState, policy: RetryPolicy, run: Run) -> None:
        super().__init__(state, policy)
        self._run = run

    def say(
        self,
        text: str | None = None,
        *,
        type: str | None = None,
        payload: Json | None = None,
        file: File | None = None,
    ) -> bool:
        """Records the bot's reply. Show it to the user if this returns True, and not otherwise.

        False: a person has the conversation, it changed hands meanwhile, or an earlier delivery of
        the message was answered already; `refusal` says which. Raises BatonUnavailable.
        """
        return self._run(operations.say(self._policy, self._state, text, type, payload, file))

    def hand_over(
        self,
        reason: str | None = None,
        *,
        say: str | Json | None = None,
        summary: str | None = None,
        context: Json | None = None,
        queue: str | None = None,
        priority: int | None = None,
        agent: str | None = None,
        language: str | None = None,
        if_unavailable: IfUnavailable | None = None,
    ) -> bool:
        """Asks for a person. If this returns True, show `say` to the user.

        False: nothing has changed. If the turn `is_mine` still, nobody is available (only with
        `if_unavailable="refuse"`) and the bot goes on. Raises BatonUnavailable.
        """
        asked = {
            "reason": reason,
            "say": say,
            "summary": summary,
            "context": context,
            "queue": queue,
            "priority": priority,
            "agent": agent,
            "language": language,
            "if_unavailable": if_unavailable,
        }
        return self._run(operations.hand_over(self._policy, self._state, asked))

    def still_mine(self) -> bool:
        """Asks whether the bot may still speak: the gate before slow or costly work."""
        return self._run(operations.still_mine(self._policy, self._state))


class AsyncTurn(TurnFacts):
    def __init__(self, state: TurnState, policy: RetryPolicy, run: AsyncRun) -> None:
        super().__init__(state, policy)
        self._run = run

    async def say(
        self,
        text: str | None = None,
        *,
        type: str | None = None,
        payload: Json | None = None,
        file: File | None = None,
    ) -> bool:
        """As `Turn.say`."""
        return await self._run(operations.say(self._policy, self._state, text, type, payload, file))

    async def hand_over(
        self,
        reason: str | None = None,
        *,
        say: str | Json | None = None,
        summary: str | None = None,
        context: Json | None = None,
        queue: str | None = None,
        priority: int | None = None,
        agent: str | None = None,
        language: str | None = None,
        if_unavailable: IfUnavailable | None = None,
    ) -> bool:
        """As `Turn.hand_over`."""
        asked = {
            "reason": reason,
            "say": say,
            "summary": summary,
            "context": context,
            "queue": queue,
            "priority": priority,
            "agent": agent,
            "language": language,
            "if_unavailable": if_unavailable,
        }
        return await self._run(operations.hand_over(self._policy, self._state, asked))

    async def still_mine(self) -> bool:
        """As `Turn.still_mine`."""
        return await self._run(operations.still_mine(self._policy, self._state))
