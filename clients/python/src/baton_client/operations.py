"""The calls of the client: their requests, and the meaning of the answers, without any I/O."""

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NotRequired, TypedDict
from urllib.parse import quote, urlencode

from baton_client.errors import (
    AlreadySaid,
    BatonError,
    Forbidden,
    IdempotencyMismatch,
    InvalidRequest,
    MessageIdMismatch,
    NoAgentAvailable,
    NotYourTurn,
    StaleEpoch,
)
from baton_client.exchange import (
    Answer,
    HttpRequest,
    Operation,
    RetryPolicy,
    exchange,
    json_request,
)
from baton_client.files import File, upload
from baton_client.transcript import Transcript

Status = Literal["bot", "waiting", "agent"]
IfUnavailable = Literal["queue", "refuse", "leave_message"]
Json = Mapping[str, Any]
PAGE = 100
"""Entries of one call; Baton allows no more."""
ADDRESS = re.compile(r"https?://[^/?#]+(/[^?#]*)?/api/v1/bots/[^/?#]+")
KEY = re.compile(r"[\x21-\x7e]+")


class User(TypedDict):
    """`name` and `attributes` are what agents see."""

    id: str | int
    name: NotRequired[str]
    attributes: NotRequired[Json]


@dataclass(frozen=True, slots=True)
class Availability:
    """Tells who could take a conversation now. `served` is false if nobody ever could."""

    online: int
    free: int
    open_now: bool
    waiting: int
    median_wait_s: int | None
    served: bool


@dataclass(slots=True)
class TurnState:
    """The facts of a turn. `seed` makes the ids of its replies, the same for each redelivery.

    `seq` is the number of the user's message, if one has begun the turn.
    """

    conversation_id: str
    status: Status
    epoch: int
    seed: str
    repeated: bool = False
    warnings: Sequence[Json] = ()
    seq: int | None = None
    replies: int = 0
    lost: bool = False
    refusal: BatonError | None = field(default=None)

    @property
    def is_mine(self) -> bool:
        return self.status == "bot" and not self.lost

    def refuse(self, error: BatonError) -> Literal[False]:
        """Keeps why something was refused, and whether the turn is over."""
        self.refusal = error
        self.lost = self.lost or isinstance(error, (NotYourTurn, StaleEpoch))
        if isinstance(error, NotYourTurn) and self.status == "bot":
            self.status = "agent" if error.facts.get("owner") else "waiting"
        return False


def address_of(url: str) -> str:
    """Raises ValueError if the address is not one of a bot."""
    address = url.rstrip("/")
    if not ADDRESS.fullmatch(address):
        raise ValueError(
            f"{url!r} is not the address of a bot. It ends with /api/v1/bots/ and the bot's id."
        )
    return address


def key_of(key: str) -> str:
    """Raises ValueError if the key cannot be sent in a header."""
    if not KEY.fullmatch(key):
        raise ValueError("The key is empty or has blanks or line breaks. It begins with bk_.")
    return key


def heard(
    policy: RetryPolicy,
    channel: str,
    user: str | int | User,
    text: str | None,
    message_id: str | int | None,
    thread: str | int | None,
    type: str | None,
    payload: Json | None,
    file: File | None,
) -> Operation[TurnState]:
    sent_id = str(message_id) if message_id is not None else new_id("heard")
    profile = _user(user)
    content, refused = _content(text, type, payload), []
    if file is not None:
        place = _given({"channel": channel, "user": profile["id"], "thread": _id(thread)})
        try:
            content = yield from _with_file(policy, file, place, text, type, payload)
        except InvalidRequest as error:
            refused = [{"code": "file_refused", "field": "file", "detail": str(error)}]
            content = _content(text, "file", {**(payload or {}), **file.facts})
    body = {
        "channel": channel,
        "user": profile,
        "thread": _id(thread),
        "message_id": sent_id,
        "from": "user",
        **content,
    }
    answer = yield from exchange(policy, json_request("POST", "/messages", _given(body)))
    seed = f"{answer.json['conversation_id']} {sent_id}"
    turn = TurnState(
        answer.json["conversation_id"],
        answer.json["disposition"],
        answer.json["epoch"],
        seed,
        repeated=_repeated_by_another(answer),
        warnings=[*answer.json.get("warnings", ()), *refused],
        seq=answer.json["seq"],
    )
    if turn.repeated and turn.is_mine and (yield from _was_handed_over(policy, turn)):
        turn.refuse(AlreadySaid("A person has been asked for since this message came first."))
        turn.lost = True
    return turn


def say(
    policy: RetryPolicy,
    turn: TurnState,
    text: str | None,
    type: str | None,
    payload: Json | None,
    file: File | None,
) -> Operation[bool]:
    if not turn.is_mine:
        return turn.refuse(turn.refusal or _not_mine(turn))
    content = _content(text, type, payload)
    if file is not None:
        place = {"conversation_id": turn.conversation_id}
        content = yield from _with_file(policy, file, place, text, type, payload)
    turn.replies += 1
    body = {
        "from": "bot",
        "message_id": reply_id(turn.seed, turn.replies),
        "epoch": turn.epoch,
        **content,
    }
    request = json_request("POST", f"{_conversation(turn)}/messages", _given(body))
    try:
        answer = yield from exchange(policy, request)
    except (NotYourTurn, StaleEpoch, MessageIdMismatch) as refused:
        return turn.refuse(refused)
    if _repeated_by_another(answer):
        return turn.refuse(AlreadySaid("An earlier delivery of this message was answered so."))
    turn.refusal = None
    return True


def hand_over(policy: RetryPolicy, turn: TurnState, request: Json) -> Operation[bool]:
    if not turn.is_mine:
        return turn.refuse(turn.refusal or _not_mine(turn))
    body = _given({**request, "epoch": turn.epoch})
    # A turn without a message has its key alone to tell a repetition by.
    key = new_id("pause") if turn.seq is not None else reply_id(turn.seed, 0)
    path = f"{_conversation(turn)}/pause"
    try:
        asked = json_request("POST", path, body, {"idempotency-key": key})
        answer = yield from exchange(policy, asked)
    except (NoAgentAvailable, NotYourTurn, StaleEpoch) as refused:
        return turn.refuse(refused)
    except IdempotencyMismatch:
        return turn.refuse(AlreadySaid("An earlier turn with this key has handed over."))
    turn.status, turn.epoch = answer.json["status"], answer.json["epoch"]
    turn.warnings, turn.refusal = answer.json.get("warnings", ()), None
    if any(warning["code"] == "say_ignored" for warning in turn.warnings):
        return turn.refuse(NotYourTurn("A person was asked for already, so nothing was said."))
    return True


def _was_handed_over(policy: RetryPolicy, turn: TurnState) -> Operation[bool]:
    """True also if the handoff has ended meanwhile. False if the key has no scope to read it."""
    query = urlencode({"kind": "requested", "after": turn.seq, "limit": 1})
    asked = json_request("GET", f"{_conversation(turn)}/entries?{query}")
    try:
        return bool((yield from exchange(policy, asked)).json["items"])
    except Forbidden:
        return False


def still_mine(policy: RetryPolicy, turn: TurnState) -> Operation[bool]:
    if not turn.is_mine:
        return False
    answer = yield from exchange(policy, json_request("GET", f"{_conversation(turn)}/gate"))
    turn.status = answer.json["disposition"]
    if answer.json["epoch"] != turn.epoch:
        turn.refuse(StaleEpoch("The conversation changed hands.", facts=answer.json))
    return turn.is_mine


def take_turn(policy: RetryPolicy, conversation_id: str, seed: str | None) -> Operation[TurnState]:
    path = f"{_path(conversation_id)}/gate"
    answer = yield from exchange(policy, json_request("GET", path))
    seed = f"{conversation_id} {seed or new_id('turn')}"
    return TurnState(conversation_id, answer.json["disposition"], answer.json["epoch"], seed)


def transcript(
    policy: RetryPolicy, conversation_id: str, after: int, latest: int | None
) -> Operation[Transcript]:
    path = f"{_path(conversation_id)}/entries"
    query = {"after": after, "limit": PAGE} if latest is None else {"limit": min(latest, PAGE)}
    entries: list[Json] = []
    while True:
        request = json_request("GET", f"{path}?{urlencode(query)}")
        page = (yield from exchange(policy, request)).json
        entries = entries + page["items"] if latest is None else page["items"] + entries
        if not page["more"] or len(entries) == latest:
            return Transcript(conversation_id, entries)
        if latest is None:
            query["after"] = entries[-1]["seq"]
        else:
            query = {"before": entries[0]["seq"], "limit": min(latest - len(entries), PAGE)}


def availability(policy: RetryPolicy, queue: str | None) -> Operation[Availability]:
    query = f"?{urlencode({'queue': queue})}" if queue is not None else ""
    answer = yield from exchange(policy, json_request("GET", f"/availability{query}"))
    names = Availability.__dataclass_fields__
    return Availability(**{name: answer.json[name] for name in names})


def unpause(policy: RetryPolicy, conversation_id: str, request: Json) -> Operation[Json]:
    headers = {"idempotency-key": new_id("unpause")}
    path = f"{_path(conversation_id)}/unpause"
    answer = yield from exchange(policy, json_request("POST", path, _given(request), headers))
    head: Json = answer.json
    return head


def rate(policy: RetryPolicy, handoff_id: str, score: int, comment: str | None) -> Operation[None]:
    headers = {"idempotency-key": new_id("rating")}
    path = f"/handoffs/{quote(handoff_id, safe='')}/rating"
    body = _given({"score": score, "comment": comment})
    yield from exchange(policy, json_request("POST", path, body, headers))


def claim(policy: RetryPolicy, conversation_id: str) -> Operation[Json]:
    headers = {"idempotency-key": new_id("claim")}
    path = f"{_path(conversation_id)}/claim"
    head: Json = (yield from exchange(policy, json_request("POST", path, {}, headers))).json
    return head


def say_as_agent(
    policy: RetryPolicy, conversation_id: str, text: str, message_id: str | int | None
) -> Operation[Json]:
    sent_id = str(message_id) if message_id is not None else new_id("agent")
    body = {"text": text, "message_id": sent_id}
    path = f"{_path(conversation_id)}/messages"
    answered: Json = (yield from exchange(policy, json_request("POST", path, body))).json
    return answered


def call(policy: RetryPolicy, method: str, path: str, body: Json | None) -> Operation[Any]:
    headers = {"idempotency-key": new_id("call")} if method == "POST" else {}
    sent: HttpRequest = json_request(method, path, body, headers)
    return (yield from exchange(policy, sent)).json


def upload_file(
    policy: RetryPolicy,
    file: File,
    conversation_id: str | None,
    channel: str | None,
    user: str | int | None,
    thread: str | int | None,
) -> Operation[str]:
    place = {"conversation_id": conversation_id, "channel": channel}
    return upload(policy, file, _given({**place, "user": _id(user), "thread": _id(thread)}))


def new_id(purpose: str) -> str:
    return f"{purpose}-{uuid.uuid4().hex}"


def reply_id(seed: str, number: int) -> str:
    """The message id of a turn's nth reply. Both clients make the same one."""
    return f"reply-{hashlib.sha256(f'{seed} {number}'.encode()).hexdigest()[:32]}"


def _user(user: str | int | User) -> Json:
    if isinstance(user, (str, int)):
        return {"id": str(user)}
    return {**user, "id": str(user["id"])}


def _id(given: str | int | None) -> str | None:
    return None if given is None else str(given)


def _with_file(
    policy: RetryPolicy,
    file: File,
    place: Mapping[str, str],
    text: str | None,
    type: str | None,
    payload: Json | None,
) -> Operation[Json]:
    """Uploads the file. Returns the content of the message that carries it."""
    upload_id = yield from upload(policy, file, place)
    named = {**(payload or {}), **file.facts, "upload_id": upload_id}
    return _content(text, type or file.message_type, named)


def _content(text: str | None, type: str | None, payload: Json | None) -> Json:
    return {"type": type, "text": text, "payload": payload}


def _given(body: Json) -> Json:
    return {name: value for name, value in body.items() if value is not None}


def _repeated_by_another(answer: Answer) -> bool:
    """False if the client's own repetition was recognised: its first attempt was stored."""
    return bool(answer.json.get("repeated")) and answer.attempts == 1


def _not_mine(turn: TurnState) -> NotYourTurn:
    return NotYourTurn("A person has the conversation or was asked for.")


def _conversation(turn: TurnState) -> str:
    return _path(turn.conversation_id)


def _path(conversation_id: str) -> str:
    return f"/conversations/{quote(conversation_id, safe='')}"
