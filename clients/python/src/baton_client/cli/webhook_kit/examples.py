"""One example of each event that Baton sends to a webhook, with the body that it really has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from baton_client.signatures import WebhookEvent

Fields = dict[str, Any]
AGENT = {"id": "p_example", "name": "Ana Example"}
OTHER_AGENT = {"id": "p_other_example", "name": "Bo Example"}


@dataclass(frozen=True, slots=True)
class Place:
    """The conversation of an example. `seq` is the number of its entry; `text` replaces the text of
    a message."""

    conversation: str
    seq: int = 4
    channel: str = "web"
    user: str = "u-example"
    thread: str | None = None
    text: str | None = None

    @property
    def handoff_id(self) -> str:
        return f"h_{self.conversation.removeprefix('c_')}_2"

    @property
    def fields(self) -> Fields:
        where = {"conversation_id": self.conversation, "channel": self.channel, "user": self.user}
        return where | {"thread": self.thread, "epoch": 3}


def example_event(type: str, place: Place) -> WebhookEvent:
    """A type that is not in EXAMPLES becomes an event that no bot knows."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    make = EXAMPLES.get(type, _unknown)
    return WebhookEvent(f"{place.conversation}:{place.seq}", type, at, make(place, at))


def _entry(place: Place, at: str, kind: str, payload: Fields | None, sender: str) -> Fields:
    author = {"id": "example", "name": "Example bot"} if sender == "bot" else AGENT
    entry = {"seq": place.seq, "kind": kind, "from": sender, "author": author, "type": None}
    said = {"text": None, "payload": payload, "epoch": 3, "at": at, "message_id": None}
    return entry | said


def _message(place: Place, at: str) -> Fields:
    return _said(place, at, "agent")


def _user_message(place: Place, at: str) -> Fields:
    return _said(place, at, "user")


def _bot_message(place: Place, at: str) -> Fields:
    return _said(place, at, "bot")


def _said(place: Place, at: str, sender: str) -> Fields:
    entry = _entry(place, at, "message", None, sender)
    if sender == "user":
        entry["author"] = {"id": place.user, "name": ""}
    text = place.text or "Hello, this is an example message."
    return place.fields | {"entry": entry | {"type": "text", "text": text}}


def _noted(place: Place, at: str) -> Fields:
    entry = _entry(place, at, "note", {"handoff_id": place.handoff_id}, "agent")
    return place.fields | {"entry": entry | {"text": "This is an example note."}}


def _tagged(place: Place, at: str) -> Fields:
    return place.fields | {"entry": _entry(place, at, "tagged", {"tags": ["example"]}, "agent")}


def _rated(place: Place, at: str) -> Fields:
    facts = {"handoff_id": place.handoff_id, "score": 5, "comment": "This is an example."}
    entry = _entry(place, at, "rated", facts, "user")
    entry["author"] = {"id": place.user, "name": ""}
    return place.fields | {"entry": entry}


def _erased(place: Place, at: str) -> Fields:
    return {"conversation_id": place.conversation, "epoch": 3, "seq": place.seq}


def _requested(place: Place, at: str) -> Fields:
    facts = {"queue": None, "priority": 0, "reason": "This is an example.", "agent": None}
    text = "We are looking for somebody to help you. One moment, please."
    return _change(place, at, "requested", facts, text, "bot")


def _claimed(place: Place, at: str) -> Fields:
    text = f"You are now talking to {AGENT['name']}."
    return _change(place, at, "claimed", {"owner": AGENT}, text)


def _released(place: Place, at: str) -> Fields:
    facts = {"queue": None, "priority": 0, "waiting_since": at}
    text = "You are back in the queue. Somebody will be with you as soon as possible."
    return _change(place, at, "released", facts, text)


def _transferred(place: Place, at: str) -> Fields:
    text = f"You are now talking to {OTHER_AGENT['name']}."
    return _change(place, at, "transferred", {"owner": OTHER_AGENT}, text)


def _returned(place: Place, at: str) -> Fields:
    end: Fields = {"outcome": "resolved", "note": "This is an example.", "resume_at": None}
    end |= {"variables": None, "from_seq": min(2, place.seq)}
    said = _entry(place, at, "message", None, "agent") | {"type": "text"}
    said |= {"seq": max(1, place.seq - 1), "text": "Hello, this is an example message."}
    text = "Your conversation with our team has ended. You are talking to the bot again."
    data = _change(place, at, "returned", end, text)
    data |= data["entry"]["payload"]
    return data | {
        "stretch": [said],
        "from_seq": said["seq"],
        "truncated": False,
        "context": None,
        "summary": None,
    }


def _change(
    place: Place, at: str, kind: str, facts: Fields, text: str, sender: str = "agent"
) -> Fields:
    entry = _entry(place, at, kind, {"handoff_id": place.handoff_id, **facts}, sender)
    return place.fields | {"entry": entry, "text": text}


def _unknown(place: Place, at: str) -> Fields:
    return place.fields | {"entry": _entry(place, at, "unknown", None, "agent")}


def _typing(place: Place, at: str) -> Fields:
    return place.fields | {"author": AGENT}


def _test(place: Place, at: str) -> Fields:
    return {"bot": "example"}


EXAMPLES: Mapping[str, Callable[[Place, str], Fields]] = {
    "handoff.requested": _requested,
    "handoff.claimed": _claimed,
    "agent.message": _message,
    "handoff.released": _released,
    "handoff.transferred": _transferred,
    "conversation.returned": _returned,
    "user.message": _user_message,
    "bot.message": _bot_message,
    "note.added": _noted,
    "tags.changed": _tagged,
    "conversation.rated": _rated,
    "conversation.erased": _erased,
    "typing": _typing,
    "webhook.test": _test,
}
"""The data of each type of event, by its place and its time."""
CHANGES = tuple(EXAMPLES)[:6]
"""The types that each webhook receives, in the order of a usual handoff."""
