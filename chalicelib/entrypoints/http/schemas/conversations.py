"""Bodies of the routes that change a conversation otherwise than by a message."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from msgspec import Meta, field

from chalicelib.domain.access import Caller
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.conversation.commands import (
    IfUnavailable,
    Note,
    Pause,
    PauseAndClaim,
    Profile,
    RateHandoff,
    Snooze,
    Unpause,
    UpdateHandoff,
)
from chalicelib.domain.conversation.handoff import Outcome, Request, Resumption
from chalicelib.domain.errors import invalid_field
from chalicelib.domain.report import SCORES
from chalicelib.entrypoints.http.schemas.decoration import (
    Misfit,
    fitting_identifier,
    fitting_object,
    fitting_text,
)
from chalicelib.entrypoints.http.schemas.limits import (
    HIGHEST_PRIORITY,
    LONG,
    MENTIONS,
    NOTE,
    RATING_COMMENT,
    REASON,
    SHORT,
    TAG,
    TAGS,
    TEXT,
)
from chalicelib.entrypoints.http.schemas.messages import UserProfile, WordsFields
from chalicelib.entrypoints.http.schemas.parsing import (
    FieldError,
    JsonObject,
    Strict,
    identifier,
    json_object,
    milliseconds_of,
    words,
)


def check_priority(priority: int) -> None:
    if not 0 <= priority <= HIGHEST_PRIORITY:
        what = f"`priority` is 0 to {HIGHEST_PRIORITY}, the highest goes first"
        raise FieldError("priority", what)


class PauseRequest(Strict):
    """`reason`, `summary`, `language` and `context` often come from the channel's user. If they do
    not fit, people correct them; for a bot they are cut or ignored, so that its user gets a person.
    """

    reason: str | None = None
    queue: str | None = None
    priority: int = 0
    agent: str | None = None
    language: str | None = None
    context: JsonObject | None = None
    if_unavailable: IfUnavailable = IfUnavailable.QUEUE
    say: str | WordsFields | None = None
    summary: str | None = None
    epoch: int | None = None

    def __post_init__(self) -> None:
        identifier("queue", self.queue, SHORT)
        identifier("agent", self.agent, LONG)
        if isinstance(self.say, str):
            self.say = WordsFields(text=words("say", self.say, TEXT))
        check_priority(self.priority)

    @property
    def request(self) -> Request:
        reason, _ = fitting_text("reason", self.reason, REASON)
        language, _ = fitting_identifier("language", self.language, SHORT)
        context, _ = fitting_object("context", self.context)
        summary, _ = fitting_text("summary", self.summary, NOTE)
        return Request(
            reason=reason,
            queue=self.queue,
            priority=self.priority,
            language=language,
            context=context,
            summary=summary,
        )

    @property
    def misfits(self) -> list[Misfit]:
        _, reason = fitting_text("reason", self.reason, REASON)
        _, language = fitting_identifier("language", self.language, SHORT)
        _, context = fitting_object("context", self.context)
        _, summary = fitting_text("summary", self.summary, NOTE)
        return [misfit for misfit in (reason, language, context, summary) if misfit]

    @property
    def named(self) -> str | None:
        return person(self.agent)

    def command(self, caller: Caller) -> Pause | PauseAndClaim:
        """A person who names themself takes the conversation at once. Raises InvalidRequest."""
        for misfit in self.misfits if caller.is_person else ():
            raise invalid_field(misfit.field, misfit.rule)
        if caller.is_person and self.say:
            raise invalid_field("say", "`say` is for bots; people send messages of their own.")
        if caller.is_person and self.named == caller.id:
            return PauseAndClaim(self.request, epoch=self.epoch)
        return Pause(
            self.request,
            if_unavailable=self.if_unavailable,
            say=self.say.said if isinstance(self.say, WordsFields) else None,
            epoch=self.epoch,
        )


class PauseByAddressRequest(PauseRequest, kw_only=True):
    """POST /pause. `user` is an id, or the same object as in POST /messages."""

    channel: str
    user: str | UserProfile
    thread: str | None = None

    def __post_init__(self) -> None:
        PauseRequest.__post_init__(self)
        identifier("channel", self.channel, SHORT)
        identifier("thread", self.thread, LONG)
        if isinstance(self.user, str):
            identifier("user", self.user, LONG)

    def address(self, bot: str) -> Address:
        user = self.user if isinstance(self.user, str) else self.user.id
        return Address(bot, self.channel, user, self.thread)

    @property
    def profile(self) -> Profile | None:
        return self.user.profile if isinstance(self.user, UserProfile) else None

    @property
    def misfits(self) -> list[Misfit]:
        of_user = self.user.misfits if isinstance(self.user, UserProfile) else []
        return super().misfits + of_user


class HandoffUpdateRequest(Strict):
    """PATCH …/handoff: a field that is left out, or null, stays as it is. What does not fit is cut
    or ignored, as in a pause."""

    reason: str | None = None
    summary: str | None = None
    context: JsonObject | None = None
    priority: int | None = None

    def __post_init__(self) -> None:
        if self.priority is not None:
            check_priority(self.priority)

    @property
    def misfits(self) -> list[Misfit]:
        _, reason = fitting_text("reason", self.reason, REASON)
        _, summary = fitting_text("summary", self.summary, NOTE)
        _, context = fitting_object("context", self.context)
        return [misfit for misfit in (reason, summary, context) if misfit]

    def command(self) -> UpdateHandoff:
        reason, _ = fitting_text("reason", self.reason, REASON)
        summary, _ = fitting_text("summary", self.summary, NOTE)
        context, _ = fitting_object("context", self.context)
        return UpdateHandoff(reason, summary, context, self.priority)


class RatingRequest(Strict):
    """POST /handoffs/{id}/rating. The comment is the user's own: what is too long is refused, so
    that the bot can ask for a shorter one."""

    score: int
    comment: str | None = None

    def __post_init__(self) -> None:
        if self.score not in SCORES:
            what = f"`score` is a whole number from {SCORES[0]} to {SCORES[-1]}, the best"
            raise FieldError("score", what)
        self.comment = words("comment", self.comment or None, RATING_COMMENT)

    def command(self, handoff_id: str) -> RateHandoff:
        return RateHandoff(handoff_id, self.score, self.comment)


class UnpauseRequest(Strict):
    outcome: Outcome = Outcome.RESOLVED
    note: str | None = None
    resume_at: str | None = None
    variables: JsonObject | None = None
    epoch: int | None = None

    def __post_init__(self) -> None:
        self.note = words("note", self.note, NOTE)
        self.resume_at = words("resume_at", self.resume_at, LONG)
        json_object("variables", self.variables)

    def command(self) -> Unpause:
        said = Resumption(self.outcome, self.note, self.resume_at, self.variables)
        return Unpause(said, self.epoch)


class EpochRequest(Strict):
    """POST …/claim and …/release"""

    epoch: int | None = None


class TransferRequest(Strict):
    agent: str | None = None
    queue: str | None = None
    note: str | None = None
    epoch: int | None = None

    def __post_init__(self) -> None:
        identifier("agent", self.agent, LONG)
        identifier("queue", self.queue, SHORT)
        self.note = words("note", self.note, NOTE)
        if (self.agent is None) == (self.queue is None):
            what = "a transfer names an `agent` or a `queue`, one of the two"
            raise FieldError("agent" if self.agent is not None else "queue", what)

    @property
    def named(self) -> str | None:
        return person(self.agent)


class SnoozeRequest(Strict):
    """POST …/snooze"""

    until: Annotated[datetime, Meta(tz=True)] | None
    epoch: int | None = None

    def command(self) -> Snooze:
        until = None if self.until is None else milliseconds_of(self.until)
        return Snooze(until, self.epoch)


class ResendRequest(Strict):
    """POST …/resend"""

    seq: Annotated[int, Meta(ge=1)]


class TurnRequest(Strict):
    """POST /turns"""

    conversation_id: str

    def __post_init__(self) -> None:
        identifier("conversation_id", self.conversation_id, LONG)


class TextRequest(Strict):
    """POST …/suggestions"""

    text: str

    def __post_init__(self) -> None:
        self.text = words("text", self.text, TEXT)


class NoteRequest(TextRequest):
    """`mentions` holds ids or e-mail addresses of people."""

    mentions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        TextRequest.__post_init__(self)
        if len(self.mentions) > MENTIONS:
            raise FieldError("mentions", f"at most {MENTIONS} people")
        for each in self.mentions:
            identifier("mentions", each, LONG)

    @property
    def command(self) -> Note:
        people = (person(each) or each for each in self.mentions)
        return Note(self.text, mentions=tuple(dict.fromkeys(people)))


def check_tags(tags: Sequence[str]) -> None:
    if len(tags) > TAGS:
        raise FieldError("tags", f"at most {TAGS} tags")
    for tag in tags:
        identifier("tags", tag, TAG)


class TagsRequest(Strict):
    tags: list[str]

    def __post_init__(self) -> None:
        check_tags(self.tags)

    @property
    def distinct(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.tags))


def person(reference: str | None) -> str | None:
    """The id of the person that `reference` names: by their id, or by their e-mail address."""
    return person_id(reference) if reference and "@" in reference else reference
