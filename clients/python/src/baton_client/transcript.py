"""The log of a conversation, as a chat."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict


class ChatMessage(TypedDict):
    """`name` is the name of the person who wrote it; the bot's messages have none."""

    role: Literal["user", "assistant"]
    content: str
    name: NotRequired[str]
    at: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """`entries` are as Baton returns them, in the order of the log."""

    conversation_id: str
    entries: Sequence[Mapping[str, Any]]

    def as_chat(self) -> list[ChatMessage]:
        """The messages. Bot and agents are `assistant`, told apart by `name`."""
        return [_message(entry) for entry in self.entries if entry["kind"] == "message"]

    def as_text(self) -> str:
        """One line for each message, for people."""
        return "\n".join(
            f"{message.get('name') or message['role']}: {message['content']}"
            for message in self.as_chat()
        )

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def _message(entry: Mapping[str, Any]) -> ChatMessage:
    message = ChatMessage(
        role="user" if entry["from"] == "user" else "assistant",
        content=content_of(entry),
        at=entry["at"],
    )
    name = entry["author"].get("name")
    if name and entry["from"] != "bot":
        message["name"] = name
    return message


def content_of(entry: Mapping[str, Any]) -> str:
    """The text of a message. Other types are named in brackets, for example `[image] My cat`."""
    text = entry["text"] or _text_in(entry["payload"] or {})
    if entry["type"] in (None, "text", "postback"):
        return text
    return f"[{entry['type']}] {text}".rstrip()


def _text_in(payload: Mapping[str, Any]) -> str:
    fields = ("text", "caption", "label", "title", "name", "value")
    found = (payload.get(field) for field in fields)
    return next((value for value in found if isinstance(value, str) and value), "")
