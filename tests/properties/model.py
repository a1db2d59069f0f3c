"""The state table once more, as plain dicts: what each request should come to.

Written from the design, not from the code, and with nothing in common with it but the commands.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.access import Caller, Role
from chalicelib.domain.conversation.commands import (
    ClaimAndReply,
    Command,
    IfUnavailable,
    PauseAndClaim,
    Transfer,
)

State = dict[str, Any]
"""The state of one conversation. `handoff` is the number of the entry that opened it."""

Outcome = tuple[State, str | None]
"""The state afterwards, and the code of the error that the caller gets."""

LEAVE_WORD = "bye"
QUEUES = frozenset({"sales", "support", "vip"})
SEVEN_DAYS = 7 * 24 * 3_600_000

NEW: State = {
    "status": "bot",
    "epoch": 1,
    "owner": None,
    "queue": None,
    "handoff": None,
    "tags": (),
    "seq": 0,
    "leaks": 0,
    "offer": None,
    "unanswered": False,
    "alerts": 0,
    "snoozed": None,
    "priority": 0,
    "last_agent": None,
    "last_queue": None,
}

OF_PEOPLE = {
    "agent message",
    "take and say",
    "take",
    "claim",
    "release",
    "to agent",
    "to queue",
    "snooze",
    "note",
}
OF_ALL = {"pause", "unpause", "tag"}
OF_BOTS = {"user message", "bot message", "suggestion", "handoff update"}
OF_TIMERS = {"offer", "end of an offer", "escalation"}
MAY = {
    Role.BOT: OF_BOTS | OF_ALL,
    Role.AGENT: OF_PEOPLE | OF_ALL,
    Role.SUPERVISOR: OF_PEOPLE | OF_ALL,
    Role.TIMER: OF_ALL | {"release", "to agent", "to queue"} | OF_TIMERS,
}


NAMES: dict[type[Command], str] = {PauseAndClaim: "take", ClaimAndReply: "take and say"}
"""The model's own names of commands that share a name with another."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command at a moment. `agent` is the one it names; `online` is who is there."""

    caller: Caller
    command: Command
    agent: str | None = None
    online: frozenset[str] = frozenset()
    now: int = 0

    @property
    def kind(self) -> str:
        if isinstance(self.command, Transfer):
            return "to agent" if self.agent else "to queue"
        return NAMES.get(type(self.command), self.command.name)

    @property
    def overrules(self) -> bool:
        return self.caller.role in (Role.SUPERVISOR, Role.TIMER)

    @property
    def epoch(self) -> int | None:
        found: int | None = getattr(self.command, "epoch", None)
        return found


def may(asked: Asked) -> bool:
    return asked.kind in MAY[asked.caller.role]


def sees(caller: Caller, state: State) -> bool:
    if caller.role is not Role.AGENT:
        return True
    was = "last_queue", "last_agent"
    queue, owner = was if state["status"] == "bot" else ("queue", "owner")
    return state[queue] in {None, *caller.queues} or state[owner] == caller.id


def outcome(state: State, asked: Asked) -> Outcome:
    """As if nobody had a capacity."""
    rule = TABLE.get((asked.kind, state["status"]))
    late = asked.epoch not in (None, state["epoch"]) and asked.kind != "bot message"
    if late and asked.caller.role is Role.TIMER:
        return state, None
    if rule is None:
        return state, "stale_epoch" if late and asked.kind == "agent message" else "illegal_move"
    after, code = rule(state, asked)
    if code or after == state or not late:
        return after, code
    return state, "stale_epoch"


WITH_BOT: State = {
    name: NEW[name]
    for name in ("status", "owner", "queue", "handoff", "unanswered", "alerts", "priority")
}


def with_bot(state: State) -> State:
    """What a return changes. The last agent stays known until another one takes over."""
    last_agent = state["owner"] or state["last_agent"]
    return {**WITH_BOT, "last_agent": last_agent, "last_queue": state["queue"]}


Rule = Callable[[State, Asked], Outcome]


def _arrow(state: State, entries: int = 1, **changes: Any) -> Outcome:
    last = {} if changes["status"] == "bot" else {"last_queue": None}
    last |= {"last_agent": None} if changes["status"] == "agent" else {}
    after = {**state, **last, "epoch": state["epoch"] + 1, "seq": state["seq"] + entries}
    return {**after, "offer": None, "snoozed": None, **changes}, None


def _entry(state: State, asked: Asked) -> Outcome:
    return {**state, "seq": state["seq"] + 1}, None


def _same(state: State, asked: Asked) -> Outcome:
    return state, None


def _pause(state: State, asked: Asked) -> Outcome:
    command: Any = asked.command
    if command.someone_free is False and command.if_unavailable is IfUnavailable.REFUSE:
        return state, "no_agent_available"
    if command.say:
        state, _ = _entry(state, asked)
    if command.someone_free is False and command.if_unavailable is IfUnavailable.LEAVE_MESSAGE:
        return _entry(state, asked)
    return _arrow(
        state,
        status="waiting",
        queue=known_queue(command.request.queue),
        priority=command.request.priority,
        handoff=state["seq"] + 1,
        unanswered=True,
        alerts=0,
    )


def known_queue(name: str | None) -> str | None:
    """The queue in which a bot's request waits."""
    return name if name in QUEUES else None


def _update(state: State, asked: Asked) -> Outcome:
    command: Any = asked.command
    if (command.reason, command.priority) == (None, None):
        return state, None
    priority = state["priority"] if command.priority is None else command.priority
    return {**state, "seq": state["seq"] + 1, "priority": priority}, None


def _take(state: State, asked: Asked) -> Outcome:
    command: Any = asked.command
    return _taken(state, asked, command.request.queue)


def _taken(state: State, asked: Asked, queue: str | None) -> Outcome:
    return _arrow(
        state,
        entries=2,
        status="agent",
        queue=queue,
        priority=0,
        handoff=state["seq"] + 1,
        owner=asked.caller.id,
        unanswered=True,
        alerts=0,
    )


def _claim(state: State, asked: Asked) -> Outcome:
    agent, until = state["offer"] or (asked.caller.id, 0)
    if agent != asked.caller.id and asked.now < until and not asked.overrules:
        return state, "illegal_move"
    return _arrow(state, status="agent", owner=asked.caller.id)


def _take_and_say(state: State, asked: Asked) -> Outcome:
    waits = state["status"] == "waiting"
    taken, code = _claim(state, asked) if waits else _taken(state, asked, None)
    return (taken, code) if code else _agent_answers(taken, asked)


def _own(state: State, asked: Asked) -> Outcome:
    return state, None if state["owner"] == asked.caller.id else "already_claimed"


def _owners(rule: Rule) -> Rule:
    def owners(state: State, asked: Asked) -> Outcome:
        if state["owner"] == asked.caller.id or asked.overrules:
            return rule(state, asked)
        return state, "already_claimed"

    return owners


def _supervisors(rule: Rule) -> Rule:
    def supervisors(state: State, asked: Asked) -> Outcome:
        return rule(state, asked) if asked.overrules else (state, "forbidden")

    return supervisors


def _release(state: State, asked: Asked) -> Outcome:
    return _arrow(state, status="waiting", owner=None, unanswered=True)


def _decline(state: State, asked: Asked) -> Outcome:
    if state["offer"] is None or state["offer"][0] != asked.caller.id:
        return state, "illegal_move"
    return {**state, "seq": state["seq"] + 1, "offer": None}, None


def _offer(state: State, asked: Asked) -> Outcome:
    command: Any = asked.command
    if state["offer"]:
        return state, None
    if asked.agent not in asked.online:
        return state, "no_agent_available"
    return {**state, "seq": state["seq"] + 1, "offer": (asked.agent, command.until)}, None


def _end_of_offer(state: State, asked: Asked) -> Outcome:
    command: Any = asked.command
    if state["offer"] != (command.offer.agent.id, command.offer.until):
        return state, None
    return {**state, "seq": state["seq"] + 1, "offer": None}, None


def _escalation(state: State, asked: Asked) -> Outcome:
    command: Any = asked.command
    if not state["unanswered"] or state["alerts"] >= command.step:
        return state, None
    return {**state, "seq": state["seq"] + 1, "alerts": command.step}, None


def _to_agent(state: State, asked: Asked) -> Outcome:
    if asked.agent == state["owner"]:
        return state, None
    if asked.agent not in {*asked.online, asked.caller.id}:
        return state, "no_agent_available"
    return _arrow(state, entries=_entries(asked), status="agent", owner=asked.agent)


def _to_queue(state: State, asked: Asked) -> Outcome:
    command: Any = asked.command
    queue = command.queue
    waits = {"status": "waiting", "owner": None, "queue": queue, "unanswered": True, "alerts": 0}
    return _arrow(state, entries=_entries(asked), **waits)


def _entries(asked: Asked) -> int:
    command: Any = asked.command
    return 2 if command.note else 1


def _return(state: State, asked: Asked) -> Outcome:
    return _arrow(state, **with_bot(state))


def _return_owned(state: State, asked: Asked) -> Outcome:
    is_person = asked.caller.role in (Role.AGENT, Role.SUPERVISOR)
    return _owners(_return)(state, asked) if is_person else _return(state, asked)


def _user_speaks(state: State, asked: Asked) -> Outcome:
    command: Any = asked.command
    if command.body.text.strip().lower() != LEAVE_WORD:
        return _entry({**state, "snoozed": None}, asked)
    return _arrow(state, entries=2, **with_bot(state))


def _bot_answers(state: State, asked: Asked) -> Outcome:
    command: Any = asked.command
    if command.epoch not in (None, state["epoch"]):
        return _leak(state), "stale_epoch"
    return _entry(state, asked)


def _bot_out_of_turn(state: State, asked: Asked) -> Outcome:
    return _leak(state), "not_your_turn"


def _leak(state: State) -> State:
    return {**state, "seq": state["seq"] + 1, "leaks": state["leaks"] + 1}


def _agent_answers(state: State, asked: Asked) -> Outcome:
    if state["owner"] != asked.caller.id:
        return state, "already_claimed"
    return {**state, "seq": state["seq"] + 1, "unanswered": False, "alerts": 0}, None


def _snooze(state: State, asked: Asked) -> Outcome:
    command: Any = asked.command
    until = command.until
    if until is not None and not asked.now < until <= asked.now + SEVEN_DAYS:
        return state, "invalid_request"
    if until == state["snoozed"]:
        return state, None
    return {**state, "seq": state["seq"] + 1, "snoozed": until}, None


def _tag(state: State, asked: Asked) -> Outcome:
    command: Any = asked.command
    if command.tags == state["tags"]:
        return state, None
    return {**state, "seq": state["seq"] + 1, "tags": command.tags}, None


TABLE: dict[tuple[str, str], Rule] = {
    ("pause", "bot"): _pause,
    ("pause", "waiting"): _same,
    ("pause", "agent"): _same,
    ("take", "bot"): _take,
    ("take", "waiting"): _claim,
    ("take", "agent"): _own,
    ("claim", "waiting"): _claim,
    ("claim", "agent"): _own,
    ("release", "waiting"): _decline,
    ("release", "agent"): _owners(_release),
    ("offer", "waiting"): _offer,
    ("end of an offer", "waiting"): _end_of_offer,
    ("escalation", "waiting"): _escalation,
    ("escalation", "agent"): _escalation,
    ("to agent", "waiting"): _supervisors(_to_agent),
    ("to agent", "agent"): _owners(_to_agent),
    ("to queue", "waiting"): _supervisors(_to_queue),
    ("to queue", "agent"): _owners(_to_queue),
    ("handoff update", "waiting"): _update,
    ("handoff update", "agent"): _update,
    ("unpause", "bot"): _same,
    ("unpause", "waiting"): _return,
    ("unpause", "agent"): _return_owned,
    ("user message", "bot"): _entry,
    ("user message", "waiting"): _user_speaks,
    ("user message", "agent"): _user_speaks,
    ("bot message", "bot"): _bot_answers,
    ("bot message", "waiting"): _bot_out_of_turn,
    ("bot message", "agent"): _bot_out_of_turn,
    ("agent message", "agent"): _agent_answers,
    ("snooze", "agent"): _owners(_snooze),
    ("take and say", "bot"): _take_and_say,
    ("take and say", "waiting"): _take_and_say,
    ("take and say", "agent"): _agent_answers,
    **{
        (kind, status): _entry
        for kind in ("note", "suggestion")
        for status in ("bot", "waiting", "agent")
    },
    **{("tag", status): _tag for status in ("bot", "waiting", "agent")},
}
