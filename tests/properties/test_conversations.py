"""Random lives of conversations, with races, lost answers and replays, against a model of dicts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from chalicelib.domain.address import Address, handoff_id
from chalicelib.domain.commands import AgentMessage, BotMessage, Claim, Take, UserMessage
from chalicelib.domain.errors import AlreadyClaimed, BatonError
from chalicelib.domain.routing import Presence, PresenceStatus
from chalicelib.usecases.conversations import execute
from chalicelib.usecases.records import Answer, IdempotencyKey
from tests.properties import invariants, model
from tests.properties.model import NEW, Asked, State
from tests.properties.requests import DRAFTS, PERSON, Draft
from tests.properties.three_bots import ADDRESSES, BOTS, PEOPLE, ThreeBots, Trouble, caller

MINUTE = 60_000
DAY = 24 * 60 * MINUTE

PLACES = st.integers(0, 2)
TROUBLES = st.sampled_from([None] * 6 + list(Trouble))
MESSAGES = (UserMessage, BotMessage, AgentMessage)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it goes over the wire; sent again, it is exactly the same."""

    asked: Asked
    key: IdempotencyKey | None
    by_id: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """`state` is what is stored afterwards; an answer was given before."""

    state: State
    code: str | None = None
    answer: Answer | None = None
