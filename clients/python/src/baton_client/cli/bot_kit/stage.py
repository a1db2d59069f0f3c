"""The steps of a bot's checks: write as a user, write as a person of the team, wait, look."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

import httpx

from baton_client.cli.bot_kit.fake_baton import CHANNEL, FakeBaton, PlayedConversation
from baton_client.cli.webhook_kit.examples import Place, example_event
from baton_client.signatures import WebhookEvent

POLL = 0.02


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. A bot is done when it has made no call for `quiet`; it has `patience` to answer."""

    quiet: float = 2.0
    patience: float = 15.0


class BotFailed(Exception):
    """The message says what the bot did."""


class Stage:
    """One user's conversation with the bot. `deliver` sends a webhook and returns the answer.

    `user` is the user's id, if the bot's channel does not take any text as one.
    """

    def __init__(
        self,
        http: httpx.Client,
        inbound: str,
        deliver: Callable[[WebhookEvent], str],
        baton: FakeBaton,
        pace: Pace,
        user: str | None = None,
    ) -> None:
        self._http, self._inbound, self._deliver = http, inbound, deliver
        self._baton, self._pace = baton, pace
        self.user = user or f"baton-check-{uuid4().hex[:8]}"
        self._seq = 100

    @property
    def conversation(self) -> PlayedConversation:
        return self._baton.conversation(self.user)

    def shown(self) -> list[str]:
        return [text for user, text in list(self._baton.shown) if user == self.user]

    def writes(
        self, text: str, *, message_id: str | None = None, answered: bool = False
    ) -> list[str]:
        """The user writes. Returns what the bot has shown since then. Raises BotFailed."""
        seen = len(self.shown())
        body = {"channel": CHANNEL, "user": self.user, "text": text}
        body["message_id"] = message_id or f"m-{uuid4().hex}"
        try:
            reply = self._http.post(self._inbound, json=body)
        except httpx.HTTPError as error:
            raise BotFailed(f"{self._inbound} gave no answer: {error}") from error
        if not reply.is_success:
            raise BotFailed(f"{self._inbound} answered with the status {reply.status_code}")
        self._wait(lambda: not answered or len(self.shown()) > seen)
        return self.shown()[seen:]

    def interrupted(self, text: str, interrupt: Callable[[PlayedConversation], None]) -> list[str]:
        """As `writes`; `interrupt` runs just before the bot's first reply or handover."""
        self._baton.before_move = interrupt
        seen = len(self.shown())
        self.writes(text)
        self._wait(lambda: self._baton.before_move is None)
        if self._baton.before_move is not None:
            self._baton.before_move = None
            raise BotFailed("The bot sent neither a reply nor a handover to Baton")
        return self.shown()[seen:]

    def event(self, type: str, *, seq: int | None = None, text: str | None = None) -> WebhookEvent:
        """An event of the conversation as it is now; `seq` defaults to the next number."""
        self._seq += 1
        found = self.conversation
        where = (found.channel, self.user, found.thread)
        place = Place(found.id, seq or self._seq, *where, text=text)
        event = example_event(type, place)
        return replace(event, data={**event.data, "epoch": found.epoch})

    def delivers(self, *events: WebhookEvent, until: Callable[[], bool] = lambda: True) -> None:
        """Raises BotFailed if the webhook does not accept one."""
        for event in events:
            answer = self._deliver(event)
            if not answer.startswith("2"):
                raise BotFailed(f"The webhook answered {event.type} with: {answer}")
        self._wait(until)

    def _wait(self, done: Callable[[], bool]) -> None:
        began = time.monotonic()
        while time.monotonic() - began < self._pace.patience:
            quiet = time.monotonic() - max(began, self._baton.last_call) > self._pace.quiet
            if quiet and done():
                return
            time.sleep(POLL)
