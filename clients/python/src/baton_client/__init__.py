"""Client for Baton, which decides who may speak in a chatbot conversation: the bot or a person."""

from baton_client.async_client import AsyncBaton
from baton_client.client import Baton
from baton_client.desk.agents import Agent, AsyncAgent
from baton_client.errors import (
    AlreadyClaimed,
    AlreadySaid,
    AmbiguousAddress,
    AtCapacity,
    BatonError,
    BatonUnavailable,
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    IllegalMove,
    InternalError,
    InvalidCode,
    InvalidRequest,
    MessageIdMismatch,
    NoAgentAvailable,
    NotFound,
    NotYourTurn,
    PayloadTooLarge,
    RateLimited,
    Refused,
    SecondFactorEnrolmentRequired,
    SecondFactorRequired,
    StaleEpoch,
    TemporarilyUnavailable,
    Unauthenticated,
    WebhookRefused,
)
from baton_client.exchange import RetryPolicy
from baton_client.files import File
from baton_client.operations import Availability, User
from baton_client.signatures import WebhookEvent
from baton_client.transcript import ChatMessage, Transcript
from baton_client.turns import AsyncTurn, Turn
from baton_client.version import __version__

__all__ = [
    "Agent",
    "AlreadyClaimed",
    "AlreadySaid",
    "AmbiguousAddress",
    "AsyncAgent",
    "AsyncBaton",
    "AsyncTurn",
    "AtCapacity",
    "Availability",
    "Baton",
    "BatonError",
    "BatonUnavailable",
    "ChatMessage",
    "Conflict",
    "File",
    "Forbidden",
    "IdempotencyMismatch",
    "IllegalMove",
    "InternalError",
    "InvalidCode",
    "InvalidRequest",
    "MessageIdMismatch",
    "NoAgentAvailable",
    "NotFound",
    "NotYourTurn",
    "PayloadTooLarge",
    "RateLimited",
    "Refused",
    "RetryPolicy",
    "SecondFactorEnrolmentRequired",
    "SecondFactorRequired",
    "StaleEpoch",
    "TemporarilyUnavailable",
    "Transcript",
    "Turn",
    "Unauthenticated",
    "User",
    "WebhookEvent",
    "WebhookRefused",
    "__version__",
]
