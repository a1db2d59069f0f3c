"""How sessions and messages look to clients of Botpress v12. All ids are opaque strings.

The shapes are those of its modules `hitl` and `hitlnext`; see docs/botpress.md.
"""

import hashlib
from collections.abc import Mapping

from msgspec import Struct

from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.commands import Profile
from chalicelib.domain.conversation.entries import Entry
from chalicelib.domain.conversation.head import Head
from chalicelib.usecases.views import Json, timestamp

OPERATOR = "operator"
NAME_DIGITS = 16


class BotpressSession(Struct, frozen=True):
    """A conversation with its last message, the user's last message, and the user's profile."""

    head: Head
    last: Entry | None = None
    heard: Entry | None = None
    profile: Profile | None = None

    @property
    def full_name(self) -> str:
        """As in Botpress, a number if the user has no name; in Baton the number never changes."""
        name = self.head.user_name or name_in(self.attributes)
        if name:
            return name
        address = self.head.address
        who = f"{address.bot}\n{address.channel}\n{address.user}".encode()
        number = int.from_bytes(hashlib.sha256(who).digest()[:8], "big")
        return f"# {number % 10**NAME_DIGITS:0{NAME_DIGITS}d}"

    @property
    def attributes(self) -> Mapping[str, object]:
        return (self.profile.attributes if self.profile else None) or {}

    @property
    def avatar(self) -> object:
        return self.attributes.get("profile_pic") or self.attributes.get("picture_url")

    @property
    def last_event_on(self) -> str:
        return timestamp(self.last.at if self.last else self.head.updated_at)

    @property
    def last_heard_on(self) -> str | None:
        return timestamp(self.heard.at) if self.heard else None

    @property
    def paused_by(self) -> str | None:
        return OPERATOR if self.head.paused else None


def name_in(attributes: Mapping[str, object]) -> str | None:
    """The user's name among their attributes, in either spelling, in Botpress' order."""
    whole = _first_text(attributes, "full_name", "fullName")
    first = _first_text(attributes, "first_name", "firstName", "firstname")
    last = _first_text(attributes, "last_name", "lastName", "lastname")
    return whole or " ".join(part for part in (first, last) if part) or None


def _first_text(attributes: Mapping[str, object], *names: str) -> str | None:
    found = (attributes.get(name) for name in names)
    return next((text.strip() for text in found if isinstance(text, str) and text.strip()), None)


def session(of: BotpressSession) -> Json:
    address = of.head.address
    return {
        "id": of.head.id,
        "botId": address.bot,
        "channel": address.channel,
        "threadId": address.thread,
        "lastEventOn": of.last_event_on,
        "lastHeardOn": of.last_heard_on,
        "isPaused": of.head.paused,
        "pausedBy": of.paused_by,
        "lastMessage": _message(of.head.id, of.last) if of.last else None,
        "user": {
            "id": address.user,
            "fullName": of.full_name,
            "avatarUrl": of.avatar,
            "attributes": dict(of.attributes),
        },
    }


def session_row(of: BotpressSession) -> Json:
    """The data of the event `hitl.new_session`."""
    address = of.head.address
    return {
        "is_new_session": True,
        "id": of.head.id,
        "botId": address.bot,
        "channel": address.channel,
        "userId": address.user,
        "full_name": of.full_name,
        "user_image_url": of.avatar,
        "last_event_on": of.last_event_on,
        "last_heard_on": of.last_heard_on,
        "paused": of.head.paused,
        "paused_trigger": of.paused_by,
        "thread_id": address.thread,
    }


def message(conversation_id: str, entry: Entry) -> Json:
    """One line of a transcript."""
    return _message(conversation_id, entry) | {"session_id": conversation_id}


def message_event(conversation_id: str, entry: Entry) -> Json:
    """The data of the event `hitl.message`, which has no `id`."""
    return {k: v for k, v in message(conversation_id, entry).items() if k != "id"}


def _message(conversation_id: str, entry: Entry) -> Json:
    return {
        "id": f"{conversation_id}:{entry.seq}",
        "type": entry.record.type,
        "source": entry.sender,
        "text": text(entry),
        "raw_message": payload(entry),
        "direction": "in" if entry.sender is From.USER else "out",
        "ts": timestamp(entry.at),
    }


def text(entry: Entry) -> str | None:
    """The message's text, or the preview in its payload."""
    if entry.record.text is not None:
        return entry.record.text
    said = entry.record.payload or {}
    wrapped = said.get("wrapped")
    found = said.get("preview") or said.get("text")
    if not found and isinstance(wrapped, Mapping):
        found = wrapped.get("text")
    return found if isinstance(found, str) else None


def payload(entry: Entry) -> Json:
    if entry.record.text is not None:
        return {"type": entry.record.type, "text": entry.record.text}
    return {"type": entry.record.type, **(entry.record.payload or {})}


def user_conversation(head: Head, entry: Entry | None) -> Json:
    """The user's last message as a handoff shows it; empty if there is none."""
    if entry is None:
        return {}
    return {
        "id": f"{head.id}:{entry.seq}",
        "direction": "incoming",
        "botId": head.bot,
        "channel": head.address.channel,
        "success": None,
        "createdOn": timestamp(entry.at),
        "threadId": thread_of(head),
        "type": entry.record.type,
        "event": {"preview": text(entry), "payload": payload(entry)},
    }


def stored_event(head: Head, entry: Entry) -> Json:
    """A message as an event of Botpress' log."""
    address, event_id = head.address, f"{head.id}:{entry.seq}"
    facts: Json = {
        "id": event_id,
        "direction": "incoming" if entry.sender is From.USER else "outgoing",
        "botId": address.bot,
        "channel": address.channel,
        "threadId": thread_of(head),
        "target": address.user,
        "type": entry.record.type,
        "createdOn": timestamp(entry.at),
    }
    stays_empty = ("incomingEventId", "workflowId", "feedback", "success")
    session_id = [address.bot, address.channel, address.user, address.thread]
    return {
        **facts,
        **dict.fromkeys(stays_empty),
        "messageId": entry.record.message_id,
        "sessionId": "::".join(part for part in session_id if part is not None),
        "event": facts | {"preview": text(entry), "payload": payload(entry)},
    }


def thread_of(head: Head) -> str:
    """Every Botpress session has a thread: the conversation's id if the conversation has none."""
    return head.id if head.address.thread is None else head.address.thread
