"""Bodies and answers of the routes of settings: those of a bot and those of its queues."""

from datetime import date
from typing import Annotated

from msgspec import Meta, field

from chalicelib.domain.bot_settings import (
    DEFAULT_LARGEST,
    DEFAULT_TYPES,
    AfterReturn,
    BotSettings,
    Mask,
)
from chalicelib.domain.characters import without_controls
from chalicelib.domain.conversation.handoff import Outcome
from chalicelib.domain.routing.hours import Hours, Interval
from chalicelib.domain.routing.queues import DEFAULT_LIMITS, Limits, Mode, Queue
from chalicelib.entrypoints.http.schemas.conversations import check_tags
from chalicelib.entrypoints.http.schemas.limits import HIGHEST_PRIORITY, NAME, SHORT, TEXT
from chalicelib.entrypoints.http.schemas.parsing import FieldError, Strict, identifier, words
from chalicelib.usecases.records.bots import CannedReply
from chalicelib.usecases.views import Json

LONGEST = 30 * 24 * 60 * 60
"""Seconds."""
STEPS, HOLIDAYS, LEAVE_WORDS, LOCALES, FILE_TYPES = 10, 366, 20, 50, 50
CHOSEN_OUTCOMES = (Outcome.RESOLVED, Outcome.REJECTED, Outcome.CANCELLED)
"""The outcomes with which a person closes a handoff."""
Seconds = Annotated[int, Meta(ge=1, le=LONGEST)]
Wording = Annotated[dict[str, dict[str, str | None]], Meta(max_length=LOCALES)]


class HoursRequest(Strict):
    time_zone: str
    weekly: dict[str, tuple[Interval, ...]]
    holidays: Annotated[tuple[date, ...], Meta(max_length=HOLIDAYS)] = ()

    def hours(self) -> Hours:
        return Hours(self.time_zone, self.weekly, self.holidays)


class LimitsRequest(Strict):
    first_alert: Seconds | None = DEFAULT_LIMITS.first_alert
    escalate: Annotated[tuple[Seconds, ...], Meta(max_length=STEPS)] = DEFAULT_LIMITS.escalate
    give_up: Seconds | None = None
    agent_idle: Seconds | None = None
    user_idle: Seconds | None = None
    max_length: Seconds | None = None
    agent_lost: Seconds | None = DEFAULT_LIMITS.agent_lost

    def limits(self) -> Limits:
        return Limits(
            first_alert=self.first_alert,
            escalate=self.escalate,
            give_up=self.give_up,
            agent_idle=self.agent_idle,
            user_idle=self.user_idle,
            max_length=self.max_length,
            agent_lost=self.agent_lost,
        )


class CannedReplyRequest(Strict):
    """PUT …/replies/{name}: a text, or a macro that does more."""

    text: str | None = None
    tags: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    queue: str | None = None

    def __post_init__(self) -> None:
        self.text = words("text", self.text, TEXT)
        check_tags(self.tags)
        identifier("queue", self.queue, SHORT)
        if self.outcome not in (None, *CHOSEN_OUTCOMES):
            raise FieldError("outcome", f"`outcome` is one of {', '.join(CHOSEN_OUTCOMES)}")
        if self.outcome and self.queue:
            raise FieldError("queue", "a macro either closes the handoff or transfers it")
        if not (self.text or self.tags or self.outcome or self.queue):
            raise FieldError("text", "`text` is required if there is nothing else to do")

    def reply(self, name: str) -> CannedReply:
        tags = tuple(dict.fromkeys(self.tags))
        return CannedReply(name, self.text or "", tags, self.outcome, self.queue)


class QueueRequest(Strict):
    """PUT /queues/{name}: a field that is left out gets its default value."""

    priority: Annotated[int, Meta(ge=0, le=HIGHEST_PRIORITY)] = 0
    mode: Mode = Mode.MANUAL
    offer_seconds: Annotated[int, Meta(ge=5, le=600)] = 30
    fallback: str | None = None
    hours: HoursRequest | None = None
    limits: LimitsRequest = field(default_factory=LimitsRequest)
    texts: Wording = field(default_factory=dict)

    def __post_init__(self) -> None:
        identifier("fallback", self.fallback, SHORT)
        self.texts = _without_controls(self.texts)

    def queue(self, name: str) -> Queue:
        return Queue(
            name=name,
            priority=self.priority,
            mode=self.mode,
            offer_seconds=self.offer_seconds,
            fallback=self.fallback,
            hours=self.hours.hours() if self.hours else None,
            limits=self.limits.limits(),
            texts=self.texts,
        )


def _without_controls(texts: Wording) -> Wording:
    return {
        locale: {name: text and without_controls(text) for name, text in by_name.items()}
        for locale, by_name in texts.items()
    }


class SettingsRequest(Strict):
    """PUT /settings: a field that is left out gets its default value."""

    leave_words: Annotated[tuple[str, ...], Meta(max_length=LEAVE_WORDS)] = ()
    default_locale: str = BotSettings().default_locale
    texts: Wording = field(default_factory=dict)
    outbound: bool = False
    after_return: AfterReturn = AfterReturn.QUEUE
    retention_days: int | None = None
    mask: Annotated[tuple[Mask, ...], Meta(max_length=len(Mask))] = ()
    max_file_bytes: int = DEFAULT_LARGEST
    file_types: Annotated[tuple[str, ...], Meta(max_length=FILE_TYPES)] = DEFAULT_TYPES
    search_messages: bool = True
    time_zone: str = BotSettings().time_zone

    def __post_init__(self) -> None:
        self.leave_words = tuple(words("leave_words", word, NAME) for word in self.leave_words)
        self.texts = _without_controls(self.texts)

    def settings(self) -> BotSettings:
        return BotSettings(
            self.leave_words,
            self.default_locale,
            self.texts,
            self.outbound,
            self.after_return,
            self.retention_days,
            self.mask,
            self.max_file_bytes,
            tuple(dict.fromkeys(each.strip().lower() for each in self.file_types)),
            self.search_messages,
            self.time_zone,
        )


def queue(of: Queue, *, served: bool) -> Json:
    return {
        "name": of.name,
        "priority": of.priority,
        "mode": of.mode,
        "offer_seconds": of.offer_seconds,
        "fallback": of.fallback,
        "hours": _hours(of.hours) if of.hours else None,
        "limits": {
            "first_alert": of.limits.first_alert,
            "escalate": of.limits.escalate,
            "give_up": of.limits.give_up,
            "agent_idle": of.limits.agent_idle,
            "user_idle": of.limits.user_idle,
            "max_length": of.limits.max_length,
            "agent_lost": of.limits.agent_lost,
        },
        "texts": of.texts,
        "served": served,
    }


def _hours(of: Hours) -> Json:
    return {"time_zone": of.time_zone, "weekly": of.weekly, "holidays": of.holidays}


def settings(of: BotSettings) -> Json:
    return {
        "leave_words": of.leave_words,
        "default_locale": of.default_locale,
        "texts": of.texts,
        "outbound": of.outbound,
        "after_return": of.after_return,
        "retention_days": of.retention_days,
        "mask": of.mask,
        "max_file_bytes": of.max_file_bytes,
        "file_types": of.file_types,
        "search_messages": of.search_messages,
        "time_zone": of.time_zone,
    }
