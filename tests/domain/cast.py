"""The people and the conversations that these tests speak of."""

from chalicelib.domain.access import Action, Caller, Role, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    Command,
    EndOffer,
    Escalate,
    MakeOffer,
    Note,
    Pause,
    Release,
    Suggest,
    Tag,
    Take,
    TakeAndSay,
    Transfer,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import Author
from chalicelib.domain.conversation.handoff import OpenHandoff
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.conversation.table import decide
from chalicelib.domain.conversation.timing import Timing
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from tests.support.clock import START

NOW = START
EARLIER = NOW - 60_000
QUEUE = "sales"

ADDRESS = Address("demo", "web", "u1", "t1")
HANDOFF_ID = "h_" + ADDRESS.conversation_id.removeprefix("c_") + "_3"

ANA = Caller("ana", "Ana", Role.AGENT, "demo", queues=frozenset({QUEUE}), capacity=5)
BO = Caller("bo", "Bo", Role.AGENT, "demo", queues=frozenset({QUEUE}), capacity=5)
SAM = Caller("sam", "Sam", Role.SUPERVISOR, "demo")
ADA = Caller("ada", "Ada", Role.ADMIN, "demo")
OLA = Caller("ola", "Ola", Role.OWNER, "demo")
BOT_KEY = Caller("k1", "Demo", Role.BOT, "demo")
TIMER = Caller("timer", "Baton", Role.TIMER, "demo")

CY = Member(
    "cy",
    "Cy",
    "cy@example.test",
    Role.AGENT,
    capacity=3,
    presence=Presence(PresenceStatus.ONLINE, NOW),
)

WITH_BOT = Head(ADDRESS, EARLIER, EARLIER, epoch=4, last_seq=9)
WAITING = Head(
    ADDRESS,
    EARLIER,
    EARLIER,
    status=Status.WAITING,
    epoch=2,
    last_seq=5,
    queue=QUEUE,
    priority=1,
    handoff=OpenHandoff(HANDOFF_ID, EARLIER, 3, "help"),
    waiting_since=EARLIER,
    timing=Timing(clock=EARLIER),
)
WITH_ANA = Head(
    ADDRESS,
    EARLIER,
    EARLIER,
    status=Status.AGENT,
    epoch=3,
    last_seq=6,
    owner=Author("ana", "Ana"),
    queue=QUEUE,
    priority=1,
    handoff=OpenHandoff(HANDOFF_ID, EARLIER, 3, "help", claimed_at=EARLIER),
    timing=Timing(clock=EARLIER, silent_since=EARLIER),
)
HEADS = {Status.BOT: WITH_BOT, Status.WAITING: WAITING, Status.AGENT: WITH_ANA}

ACTION_OF: dict[type[Command], Action] = {
    UserMessage: Action.RECORD,
    BotMessage: Action.RECORD,
    AgentMessage: Action.SAY,
    TakeAndSay: Action.SAY,
    Pause: Action.PAUSE,
    Take: Action.CLAIM,
    Unpause: Action.UNPAUSE,
    Claim: Action.CLAIM,
    Release: Action.RELEASE,
    Transfer: Action.TRANSFER,
    Note: Action.NOTE,
    Tag: Action.TAG,
    Suggest: Action.SUGGEST,
    MakeOffer: Action.OFFER,
    EndOffer: Action.OFFER,
    Escalate: Action.ESCALATE,
}


def ask(head: Head, command: Command, caller: Caller, now: int = NOW) -> Decision:
    """What this caller gets for this command, the rights of the role included."""
    authorize(caller, ACTION_OF[type(command)])
    return decide(head, command, caller, now)
