"""Language models as bots: the handover as a tool, and the conversation as messages.

This module calls no model. It makes what the interfaces of OpenAI and Anthropic take, as plain
dicts, so it needs neither package.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from baton_client.errors import NoAgentAvailable
from baton_client.operations import IfUnavailable, Json
from baton_client.transcript import Transcript, content_of
from baton_client.turns import AsyncTurn, Turn, TurnFacts

MAX_STEPS = 8
DESCRIPTION = (
    "Hands this conversation over to a person of the team. Use it if the user asks for a person, "
    "if you have failed twice to help with the same thing, or if your instructions say that a "
    "person decides. Do not use it for what you can do yourself. After it succeeds, write nothing "
    "more: the person answers."
)
HANDED_OVER = "A person was asked to take over, and the user was told so. Write nothing more."
NOBODY = (
    "Nobody is available now, so nothing has changed. Tell the user so in one sentence, and go on "
    "to help as well as you can."
)
TAKEN = "A person has taken this conversation meanwhile. Write nothing more."


@dataclass(frozen=True, slots=True)
class HandoverResult:
    """Give `content` to the model as the result of its tool call.

    If `handed_over`, show `say` to the user. If `ends_turn`, the bot must write nothing more.
    """

    handed_over: bool
    ends_turn: bool
    content: str
    say: str | None = None


@dataclass(frozen=True, slots=True)
class HandoverTool:
    """The tool that a model calls to ask for a person.

    `queues` are the queues that the model may choose from: each name with the sentence that tells
    the model what it is for. Without them, the handoff goes to no special queue.
    """

    name: str = "hand_over_to_person"
    description: str = DESCRIPTION
    queues: Mapping[str, str] = field(default_factory=dict)
    if_unavailable: IfUnavailable = "refuse"

    @property
    def parameters(self) -> dict[str, Any]:
        """The JSON Schema of the arguments. All are required, as OpenAI's strict mode wants."""
        properties: dict[str, Any] = {
            "reason": _text("Why the user needs a person, in one sentence. The team sees it."),
            "summary": _text(
                "What the user wants, what you have tried, and what is still open, in at most five "
                "sentences. The team sees it; the user does not."
            ),
            "say": _text(
                "Your last words to the user, in the user's language: say that a person takes "
                "over. Do not promise when."
            ),
        }
        if self.queues:
            offered = " ".join(f"{name}: {purpose}" for name, purpose in self.queues.items())
            described = f"The team that the user needs. {offered}"
            properties["queue"] = {**_text(described), "enum": list(self.queues)}
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def openai(self) -> dict[str, Any]:
        """An item of `tools` for chat completions, and for what imitates them."""
        return {"type": "function", "function": {**self._named(), "strict": True}}

    def openai_responses(self) -> dict[str, Any]:
        """An item of `tools` for OpenAI's Responses."""
        return {"type": "function", **self._named(), "strict": True}

    def anthropic(self) -> dict[str, Any]:
        """An item of `tools` for Anthropic's Messages."""
        named = self._named()
        schema = named.pop("parameters")
        return {**named, "input_schema": schema}

    def run(self, turn: Turn, arguments: str | Json) -> HandoverResult:
        """Does what the model asked for; `arguments` is its JSON, as text or parsed.

        Arguments that do not fit the schema change nothing: the result tells the model what is
        wrong. Raises BatonUnavailable.
        """
        asked = self._asked(arguments)
        if isinstance(asked, str):
            return HandoverResult(False, not turn.is_mine, asked)
        return _result(turn, turn.hand_over(**asked), asked)

    async def arun(self, turn: AsyncTurn, arguments: str | Json) -> HandoverResult:
        """As `run`, for an AsyncTurn."""
        asked = self._asked(arguments)
        if isinstance(asked, str):
            return HandoverResult(False, not turn.is_mine, asked)
        return _result(turn, await turn.hand_over(**asked), asked)

    def _named(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "description": self.description,
            "parameters": self.parameters,
        }

    def _asked(self, arguments: str | Json) -> dict[str, Any] | str:
        """The arguments of `hand_over`, or a sentence about what is wrong with them."""
        try:
            given = json.loads(arguments) if isinstance(arguments, str) else arguments
        except ValueError:
            return "Nothing has changed: the arguments are no JSON. Call the tool again."
        wanted = self.parameters["properties"]
        if not isinstance(given, Mapping) or given.keys() - wanted.keys():
            return f"Nothing has changed: the arguments are {', '.join(wanted)}, and no others."
        for name in wanted:
            if not isinstance(given.get(name), str) or not given[name].strip():
                return f"Nothing has changed: {name} must be a text. Call the tool again."
        if self.queues and given["queue"] not in self.queues:
            return f"Nothing has changed: queue must be one of {', '.join(self.queues)}."
        return {**given, "if_unavailable": self.if_unavailable}


def model_steps(turn: Turn, limit: int = MAX_STEPS) -> Iterator[int]:
    """One number before each call of the model, as long as the bot may speak.

    It asks Baton before each call but the first, which `heard` has just answered. So a model stops
    as soon as a person takes the conversation, and after `limit` calls. The epoch of the turn stays
    the one of `heard`, and `say` refuses a reply that is too late. Raises BatonUnavailable.
    """
    for step in range(limit):
        if not (turn.still_mine() if step else turn.is_mine):
            return
        yield step


async def amodel_steps(turn: AsyncTurn, limit: int = MAX_STEPS) -> AsyncIterator[int]:
    """As `model_steps`, for an AsyncTurn."""
    for step in range(limit):
        if not (await turn.still_mine() if step else turn.is_mine):
            return
        yield step


def openai_messages(transcript: Transcript) -> list[dict[str, str]]:
    """The conversation as OpenAI's `messages`. Put your own system message before them.

    What a person wrote is the assistant's, with the person's name before it, and each return to the
    bot is a system message with outcome and note: without it, a model that has read "a colleague
    takes over" stays silent.
    """
    return [{"role": role, "content": content} for role, content in _told(transcript, "system")]


def anthropic_messages(transcript: Transcript) -> list[dict[str, str]]:
    """The conversation as Anthropic's `messages`: it begins with the user, and the roles alternate.

    A return to the bot is told in the user's role, in brackets, because Anthropic's messages have
    no other role for it.
    """
    messages: list[dict[str, str]] = []
    for role, content in _told(transcript, "user"):
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"] += f"\n\n{content}"
        elif messages or role == "user":
            messages.append({"role": role, "content": content})
        else:
            messages += [{"role": "user", "content": "[The conversation begins.]"}]
            messages += [{"role": role, "content": content}]
    return messages


def resume_context(returned: Json) -> str:
    """Returns what a model must know after a handoff.

    `returned` is the `data` of the webhook's `conversation.returned`, or the payload of the log's
    entry `returned`.
    """
    facts = {
        "Outcome": returned.get("outcome"),
        "Note for you": returned.get("note"),
        "Go on at": returned.get("resume_at"),
        "Variables": returned.get("variables") and json.dumps(returned["variables"]),
    }
    known = [f"{name}: {value}." for name, value in facts.items() if value]
    begin = "The time with a person has ended, and the conversation is yours again."
    return " ".join([begin, *known, "Answer the user again, and do not repeat what was settled."])


@dataclass(frozen=True, slots=True)
class Unread:
    """`text` is what the user wrote, `story` tells about a handoff that has ended, or is None."""

    text: str
    story: str | None = None

    def prompt(self) -> str:
        """Both as one message of the user; the story is in brackets before the text."""
        return "\n\n".join(filter(None, [self.story and f"[{self.story}]", self.text]))


def unread(transcript: Transcript) -> Unread:
    """The messages since the bot's last words, for a model that keeps its own history.

    The story has outcome, note and what the user and the person wrote to each other.
    """
    lines: list[str] = []
    texts: list[str] = []
    story = None
    for entry in transcript:
        if entry["kind"] == "returned":
            meanwhile = ["What was written meanwhile:", *lines] if lines else []
            story = "\n".join([resume_context(entry["payload"] or {}), *meanwhile])
            lines, texts = [], []
        elif entry["kind"] == "message" and entry["from"] == "bot":
            lines, texts, story = [], [], None
        elif entry["kind"] == "message":
            content = content_of(entry) or "[an empty message]"
            from_user = entry["from"] == "user"
            author = "User" if from_user else entry["author"].get("name") or "A person"
            lines.append(f"{author}: {content}")
            texts += [content] if from_user else []
    return Unread("\n".join(texts), story)


def _told(transcript: Transcript, narrator: str) -> Iterator[tuple[str, str]]:
    for entry in transcript:
        if entry["kind"] == "returned":
            yield narrator, f"[{resume_context(entry['payload'] or {})}]"
        elif entry["kind"] == "message":
            content = content_of(entry) or "[an empty message]"
            person = entry["author"].get("name") or "A person"
            if entry["from"] == "user":
                yield "user", content
            elif entry["from"] == "agent":
                yield "assistant", f"[{person}, a person of the team] {content}"
            else:
                yield "assistant", content


def _result(turn: TurnFacts, handed_over: bool, asked: Mapping[str, Any]) -> HandoverResult:
    if handed_over:
        return HandoverResult(True, True, HANDED_OVER, asked["say"])
    if isinstance(turn.refusal, NoAgentAvailable):
        return HandoverResult(False, False, NOBODY)
    return HandoverResult(False, True, TAKEN)


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}
