"""Who may do what: roles by actions in one table, and what a caller may see.

Rules that depend on the conversation ("only its owner") are arrows of the state table in
`conversation.py`; here stands what depends on the caller alone.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from chalicelib.domain.conversation.entries import PRIVATE, Author, From, Kind
from chalicelib.domain.errors import Forbidden


class Role(StrEnum):
    BOT = "bot"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    OWNER = "owner"
    TIMER = "timer"


class Scope(StrEnum):
    """What a bot's key is good for."""

    MESSAGES = "messages"
    HANDOFFS = "handoffs"
    READ = "read"


class Action(StrEnum):
    READ = "read"
    GATE = "ask the gate"
    RECORD = "record messages"
    SAY = "send messages"
    PAUSE = "pause"
    PAUSE_BY_ADDRESS = "pause by address"
    UNPAUSE = "unpause"
    CLAIM = "claim"
    RELEASE = "release"
    TRANSFER = "transfer"
    NOTE = "write notes"
    TAG = "tag"
    SUGGEST = "suggest"
    OFFER = "offer"
    ESCALATE = "escalate"
    NOTIFY = "send notifications"
    READ_NOTIFICATIONS = "read notifications"
    SEE_AGENTS = "see the agents"
    SEE_AVAILABILITY = "ask who is available"
    SEE_QUEUES = "see the queues' settings"
    SEE_REPORT = "see the report"
    SEE_DELIVERIES = "see the deliveries"
    SEE_REPLIES = "see the canned replies"
    CONFIGURE = "configure the bot"
    REMOVE_BOT = "remove the bot"


PEOPLE = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER})
SEES_ALL = frozenset({Role.BOT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER, Role.TIMER})
ADMINS = frozenset({Role.ADMIN, Role.OWNER})
MAY_OVERRULE = ADMINS | {Role.SUPERVISOR}
"""Whoever the table calls "supervisor": may act on conversations that others own."""

BOT_ONLY = frozenset({Role.BOT})
TIMER_ONLY = frozenset({Role.TIMER})
ALL = PEOPLE | {Role.BOT, Role.TIMER}

MAY: dict[Action, frozenset[Role]] = {
    Action.READ: ALL,
    Action.GATE: BOT_ONLY,
    Action.RECORD: BOT_ONLY,
    Action.SAY: PEOPLE,
    Action.PAUSE: ALL,
    Action.PAUSE_BY_ADDRESS: BOT_ONLY,
    Action.UNPAUSE: ALL,
    Action.CLAIM: PEOPLE,
    Action.RELEASE: PEOPLE | TIMER_ONLY,
    Action.TRANSFER: PEOPLE | TIMER_ONLY,
    Action.NOTE: PEOPLE,
    Action.TAG: ALL,
    Action.SUGGEST: BOT_ONLY,
    Action.OFFER: TIMER_ONLY,
    Action.ESCALATE: TIMER_ONLY,
    Action.NOTIFY: BOT_ONLY,
    Action.READ_NOTIFICATIONS: PEOPLE,
    Action.SEE_AGENTS: ALL,
    Action.SEE_AVAILABILITY: BOT_ONLY,
    Action.SEE_QUEUES: MAY_OVERRULE,
    Action.SEE_REPORT: MAY_OVERRULE,
    Action.SEE_DELIVERIES: MAY_OVERRULE,
    Action.SEE_REPLIES: PEOPLE,
    Action.CONFIGURE: ADMINS,
    Action.REMOVE_BOT: frozenset({Role.OWNER}),
}

SCOPE_OF: dict[Action, frozenset[Scope]] = {
    Action.READ: frozenset({Scope.READ}),
    Action.GATE: frozenset({Scope.READ, Scope.MESSAGES}),
    Action.RECORD: frozenset({Scope.MESSAGES}),
    Action.PAUSE: frozenset({Scope.HANDOFFS}),
    Action.PAUSE_BY_ADDRESS: frozenset({Scope.HANDOFFS}),
    Action.UNPAUSE: frozenset({Scope.HANDOFFS}),
    Action.TAG: frozenset({Scope.HANDOFFS}),
    Action.SUGGEST: frozenset({Scope.MESSAGES}),
    Action.NOTIFY: frozenset({Scope.HANDOFFS}),
    Action.SEE_AGENTS: frozenset({Scope.READ}),
    Action.SEE_AVAILABILITY: frozenset({Scope.READ, Scope.HANDOFFS}),
}
"""A bot's key needs one of these."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as proved by their token; for one bot. `queues` matter for the role agent only."""

    id: str
    name: str
    role: Role
    bot: str
    queues: frozenset[str] = frozenset()
    scopes: frozenset[Scope] = field(default_factory=lambda: frozenset(Scope))
    capacity: int | None = None

    @property
    def author(self) -> Author:
        """As it stands in the log: a bot speaks as itself, whichever key it used."""
        return Author(self.bot if self.role is Role.BOT else self.id, self.name)

    @property
    def sender(self) -> From:
        if self.role is Role.BOT:
            return From.BOT
        return From.SYSTEM if self.role is Role.TIMER else From.AGENT

    @property
    def is_person(self) -> bool:
        return self.role in PEOPLE

    @property
    def may_overrule(self) -> bool:
        return self.role in MAY_OVERRULE | TIMER_ONLY


def timer_of(bot: str) -> Caller:
    """Who does what nobody asked for."""
    return Caller("timer", "Baton", Role.TIMER, bot)


def authorize(caller: Caller, action: Action) -> None:
    """Raises Forbidden where neither the role nor the key's scope allows the action."""
    if caller.role not in MAY[action]:
        raise Forbidden(f"The role {caller.role} may not {action}.", role=caller.role)
    needed = SCOPE_OF.get(action, frozenset())
    if caller.role is Role.BOT and not needed & caller.scopes:
        raise Forbidden(
            f"This key may not {action}: it lacks the scope {' or '.join(sorted(needed))}.",
            scopes=sorted(caller.scopes),
        )


def may_see(caller: Caller, *, paused: bool, queue: str | None, owner: str | None) -> bool:
    """Agents see the conversations of their queues, unqueued ones, their own, and the bot's."""
    if caller.role in SEES_ALL or not paused:
        return True
    return queue is None or queue in caller.queues or owner == caller.id


def may_read(caller: Caller, kind: Kind, owner: str | None) -> bool:
    """Of an entry in a conversation that the caller may see. Notes are between people; what the bot
    suggests is between the bot and whoever has the conversation."""
    if kind is Kind.SUGGESTION:
        return not caller.is_person or caller.id == owner
    return kind not in PRIVATE or caller.is_person
