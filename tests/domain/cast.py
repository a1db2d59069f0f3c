"""The people and the conversations that these tests speak of."""

from chalicelib.domain.access import Caller, Role, authorize
from chalicelib.domain.address import Address
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.commands import Command
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.handoff import Handoff, OpenHandoff, Request, Resumption
from chalicelib.domain.conversation.head import Head, Owned, Status, Timing, Waiting, WithBot
from chalicelib.domain.conversation.table import decide
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

ENDED_HANDOFF = Handoff(
    HANDOFF_ID,
    ADDRESS.conversation_id,
    "demo",
    Request(),
    Author("demo", "Demo"),
    EARLIER,
    3,
    returned_at=EARLIER,
    returned_seq=4,
    resumption=Resumption(),
)

WITH_BOT = WithBot(address=ADDRESS, created_at=EARLIER, updated_at=EARLIER, epoch=4, last_seq=9)
WAITING = Waiting(
    address=ADDRESS,
    created_at=EARLIER,
    updated_at=EARLIER,
    epoch=2,
    last_seq=5,
    queue=QUEUE,
    priority=1,
    handoff=OpenHandoff(HANDOFF_ID, EARLIER, 3, "help"),
    waiting_since=EARLIER,
    timing=Timing(unanswered_since=EARLIER),
)
WITH_ANA = Owned(
    address=ADDRESS,
    created_at=EARLIER,
    updated_at=EARLIER,
    epoch=3,
    last_seq=6,
    owner=Author("ana", "Ana"),
    turn_started_at=EARLIER,
    queue=QUEUE,
    priority=1,
    handoff=OpenHandoff(HANDOFF_ID, EARLIER, 3, "help", claimed_at=EARLIER),
    timing=Timing(unanswered_since=EARLIER),
)
HEADS: dict[Status, Head] = {Status.BOT: WITH_BOT, Status.WAITING: WAITING, Status.AGENT: WITH_ANA}


def ask(head: Head, command: Command, caller: Caller, now: int = NOW) -> Decision:
    """The result of this command for this caller, with the rights of the role."""
    authorize(caller, command.action)
    return decide(head, command, caller, now)
