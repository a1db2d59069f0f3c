"""Permissions that depend on the caller alone: roles, scopes, and which conversations they see.

Permissions that also depend on the conversation ("only its owner") are in the state table,
`conversation/table.py`.
"""

from enum import StrEnum

from msgspec import Struct

from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.errors import Forbidden


class Role(StrEnum):
    BOT = "bot"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    OWNER = "owner"
    TIMER = "timer"


class Scope(StrEnum):
    """A group of calls that a bot's key may make."""

    MESSAGES = "messages"
    HANDOFFS = "handoffs"
    READ = "read"
    AGENTS = "agents"


BOT_SCOPES = frozenset({Scope.MESSAGES, Scope.HANDOFFS, Scope.READ})
"""The default of a key. `agents` lets it speak for people, so nobody gets it by accident."""


class Action(StrEnum):
    """The values complete the error detail "The role agent may not …"."""

    READ = "read conversations"
    SHARE_VIEWS = "save views of the team"
    SEARCH = "search messages"
    GATE = "read the gate"
    RECORD = "record messages"
    SAY = "send messages as an agent"
    PAUSE = "pause conversations"
    PAUSE_BY_ADDRESS = "pause conversations by address"
    UPDATE_HANDOFF = "update handoffs"
    UNPAUSE = "return conversations to the bot"
    CLAIM = "claim conversations"
    RELEASE = "release conversations"
    TRANSFER = "transfer conversations"
    SNOOZE = "snooze conversations"
    NOTE = "write notes"
    TAG = "set tags"
    SUGGEST = "suggest replies"
    RATE = "rate handoffs"
    OFFER = "offer conversations"
    ESCALATE = "escalate conversations"
    NOTIFY = "send notifications"
    READ_NOTIFICATIONS = "read notifications"
    SEE_AGENTS = "list the agents"
    SET_STATUS = "set the status of others"
    SEE_AVAILABILITY = "read the availability"
    SEE_QUEUES = "read the queue settings"
    SEE_REPORT = "read the report"
    SEE_DELIVERIES = "list the webhook deliveries"
    LISTEN = "listen to events"
    SEE_REPLIES = "list the canned replies"
    KEEP_REPLIES = "keep canned replies of their own"
    CONFIGURE = "configure the bot"
    EXPORT = "export people's data"
    ERASE = "erase people's data"
    SEE_AUDIT = "read the audit trail"
    REMOVE_BOT = "remove the bot"


PEOPLE = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER})
SEE_EVERY_CONVERSATION = frozenset({Role.BOT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER, Role.TIMER})
ADMINS = frozenset({Role.ADMIN, Role.OWNER})
SUPERVISORS = ADMINS | {Role.SUPERVISOR}
"""The roles that may act on conversations that other agents own."""

BOT_ONLY = frozenset({Role.BOT})
TIMER_ONLY = frozenset({Role.TIMER})
ALL = PEOPLE | {Role.BOT, Role.TIMER}

ALLOWED_ROLES: dict[Action, frozenset[Role]] = {
    Action.READ: ALL,
    Action.SEARCH: PEOPLE,
    Action.SHARE_VIEWS: SUPERVISORS,
    Action.GATE: BOT_ONLY,
    Action.RECORD: BOT_ONLY,
    Action.SAY: PEOPLE,
    Action.PAUSE: ALL,
    Action.PAUSE_BY_ADDRESS: PEOPLE | BOT_ONLY,
    Action.UPDATE_HANDOFF: BOT_ONLY,
    Action.UNPAUSE: ALL,
    Action.CLAIM: PEOPLE,
    Action.RELEASE: PEOPLE | TIMER_ONLY,
    Action.TRANSFER: PEOPLE | TIMER_ONLY,
    Action.SNOOZE: PEOPLE,
    Action.NOTE: PEOPLE,
    Action.TAG: ALL,
    Action.SUGGEST: BOT_ONLY,
    Action.RATE: BOT_ONLY,
    Action.OFFER: TIMER_ONLY,
    Action.ESCALATE: TIMER_ONLY,
    Action.NOTIFY: BOT_ONLY,
    Action.READ_NOTIFICATIONS: PEOPLE,
    Action.SEE_AGENTS: ALL,
    Action.SET_STATUS: SUPERVISORS,
    Action.SEE_AVAILABILITY: BOT_ONLY,
    Action.SEE_QUEUES: SUPERVISORS,
    Action.SEE_REPORT: SUPERVISORS,
    Action.SEE_DELIVERIES: SUPERVISORS,
    Action.LISTEN: BOT_ONLY,
    Action.SEE_REPLIES: PEOPLE,
    Action.KEEP_REPLIES: PEOPLE,
    Action.CONFIGURE: ADMINS,
    Action.EXPORT: ADMINS,
    Action.ERASE: ADMINS | TIMER_ONLY,
    Action.SEE_AUDIT: ADMINS,
    Action.REMOVE_BOT: frozenset({Role.OWNER}),
}

REQUIRED_SCOPES: dict[Action, frozenset[Scope]] = {
    Action.READ: frozenset({Scope.READ}),
    Action.GATE: frozenset({Scope.READ, Scope.MESSAGES}),
    Action.RECORD: frozenset({Scope.MESSAGES}),
    Action.PAUSE: frozenset({Scope.HANDOFFS}),
    Action.PAUSE_BY_ADDRESS: frozenset({Scope.HANDOFFS}),
    Action.UPDATE_HANDOFF: frozenset({Scope.HANDOFFS}),
    Action.UNPAUSE: frozenset({Scope.HANDOFFS}),
    Action.TAG: frozenset({Scope.HANDOFFS}),
    Action.SUGGEST: frozenset({Scope.MESSAGES}),
    Action.RATE: frozenset({Scope.HANDOFFS}),
    Action.NOTIFY: frozenset({Scope.HANDOFFS}),
    Action.SEE_AGENTS: frozenset({Scope.READ}),
    Action.SEE_AVAILABILITY: frozenset({Scope.READ, Scope.HANDOFFS}),
    Action.LISTEN: frozenset({Scope.READ}),
}
"""A bot's key needs one of these scopes. An action that is not listed is for people only."""


class Caller(Struct, frozen=True):
    """An authenticated caller in one bot. Only the role agent is limited to its `queues`. `key` is
    the id of the key through which an integration acts for this person."""

    id: str
    name: str
    role: Role
    bot: str
    queues: frozenset[str] = frozenset()
    scopes: frozenset[Scope] = BOT_SCOPES
    capacity: int | None = None
    key: str | None = None

    @property
    def author(self) -> Author:
        """The author of the caller's entries. All keys of a bot write as the bot itself."""
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
    def has_supervisor_rights(self) -> bool:
        return self.role in SUPERVISORS | TIMER_ONLY


def system_caller(bot: str) -> Caller:
    """The caller that timers act as."""
    return Caller("timer", "Baton", Role.TIMER, bot)


def authorize(caller: Caller, action: Action) -> None:
    """Raises Forbidden if the caller's role or the scopes of their key do not allow the action."""
    if caller.role not in ALLOWED_ROLES[action]:
        raise Forbidden(f"The role {caller.role} may not {action}.", role=caller.role)
    needed = REQUIRED_SCOPES.get(action, frozenset())
    if caller.role is Role.BOT and not needed & caller.scopes:
        raise Forbidden(
            f"This key may not {action}. It needs the scope {' or '.join(sorted(needed))}.",
            scopes=sorted(caller.scopes),
        )


def is_allowed(caller: Caller, action: Action) -> bool:
    try:
        authorize(caller, action)
    except Forbidden:
        return False
    return True


def may_see_conversation(caller: Caller, *, queue: str | None, agent: str | None) -> bool:
    """Agents see conversations that are in one of their queues, in no queue, or owned by them.
    All other roles see every conversation of their bot.

    If the conversation is with the bot, `queue` and `agent` are those of its last handoff.
    """
    if caller.role in SEE_EVERY_CONVERSATION:
        return True
    return queue is None or queue in caller.queues or agent == caller.id
