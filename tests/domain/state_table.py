"""The state table of the design, cell by cell: command, status, caller, and what comes of it."""

from dataclasses import dataclass, field

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.authors import Author
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    ClaimAndReply,
    Command,
    EndOffer,
    Erase,
    Escalate,
    IfUnavailable,
    MakeOffer,
    Note,
    Pause,
    PauseAndClaim,
    RateHandoff,
    Release,
    Snooze,
    Suggest,
    Tag,
    Transfer,
    Unpause,
    UpdateHandoff,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body, Kind
from chalicelib.domain.conversation.handoff import Offer, Request
from chalicelib.domain.conversation.head import Status
from chalicelib.domain.errors import (
    AlreadyClaimed,
    BatonError,
    Forbidden,
    IllegalMove,
    NoAgentAvailable,
    NotYourTurn,
)
from tests.domain.cast import (
    ADA,
    ANA,
    BO,
    BOT_KEY,
    CY,
    ENDED_HANDOFF,
    HANDOFF_ID,
    NOW,
    OLA,
    QUEUE,
    SAM,
    TIMER,
)

BOT, HUMAN = Status.BOT, Status.AGENT
WAITING = Status.WAITING


@dataclass(frozen=True, slots=True)
class Becomes:
    """An arrow: the epoch rises by one. `owner` is an id; "caller" stands for who asks.
    `capacity_changes` are pairs of agent and change."""

    status: Status
    kinds: tuple[Kind, ...]
    owner: str | None = None
    queue: str | None = QUEUE
    capacity_changes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Adds:
    """An entry in the log, and who may speak stays as it is."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Offers:
    """An entry in the log; who may speak stays as it is, but one agent has a seat kept free."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Corrects:
    """An entry in the log; who may speak stays as it is, but the handoff is described otherwise."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Rates:
    """An entry of the user in the log, and the rating in the row of a handoff that has ended."""


@dataclass(frozen=True, slots=True)
class Refuses:
    error: type[BatonError]
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaks:
    """Refused, but the log shows that the bot spoke."""

    error: type[BatonError]
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A success that changes nothing."""


@dataclass(frozen=True, slots=True)
class Erases:
    """The log goes on with these entries, and the head says nothing about its user any more."""

    kinds: tuple[Kind, ...]
    capacity_changes: tuple[tuple[str, int], ...] = ()


Outcome = Becomes | Adds | Offers | Corrects | Rates | Refuses | Leaks | Unchanged | Erases

CALLERS: dict[str, Caller] = {
    "ana": ANA,
    "bo": BO,
    "supervisor": SAM,
    "admin": ADA,
    "owner": OLA,
    "bot key": BOT_KEY,
    "timer": TIMER,
}
"""If a person has the conversation, it is Ana."""

COMMANDS: dict[str, Command] = {
    "pause": Pause(Request(queue=QUEUE)),
    "pause or be refused": Pause(
        Request(queue=QUEUE), if_unavailable=IfUnavailable.REFUSE, someone_free=False
    ),
    "pause or leave a message": Pause(
        Request(queue=QUEUE), if_unavailable=IfUnavailable.LEAVE_MESSAGE, someone_free=False
    ),
    "pause for me": PauseAndClaim(Request(queue=QUEUE)),
    "claim": Claim(),
    "release": Release(),
    "transfer to agent": Transfer(agent=CY),
    "transfer to queue": Transfer(queue="support"),
    "handoff update": UpdateHandoff(reason="two refunds", priority=5),
    "unpause": Unpause(),
    "user message": UserMessage(Body(text="hello")),
    "bot message": BotMessage(Body(text="hello")),
    "agent message": AgentMessage(Body(text="hello")),
    "agent message for me": ClaimAndReply(Body(text="hello")),
    "user event": UserMessage(Body("visit", payload={"page": "/"})),
    "snooze": Snooze(NOW + 60_000),
    "note": Note("hello"),
    "tag": Tag(("urgent",)),
    "suggestion": Suggest("hello"),
    "rating": RateHandoff(HANDOFF_ID, 4, "Fine.", ENDED_HANDOFF),
    "offer": MakeOffer(NOW + 30_000, CY),
    "end of an offer": EndOffer(Offer(Author("cy", "Cy"), NOW)),
    "escalation": Escalate(1),
    "erasure": Erase("x_1"),
}

SUPERVISORS = ("supervisor", "admin", "owner")
PEOPLE = ("ana", "bo", *SUPERVISORS)
MACHINES = ("bot key", "timer")

FORBIDDEN = Refuses(Forbidden)
ANA_HAS_IT = Refuses(
    AlreadyClaimed, {"owner": "ana", "owner_name": "Ana", "epoch": 3, "handoff_id": HANDOFF_ID}
)
UNCHANGED = Unchanged()

Row = dict[str, Outcome]


def _row(*groups: tuple[tuple[str, ...], Outcome]) -> Row:
    return {caller: outcome for callers, outcome in groups for caller in callers}


def _all(outcome: Outcome) -> Row:
    return _row((tuple(CALLERS), outcome))


def _people(outcome: Outcome) -> Row:
    return _row((PEOPLE, outcome), (MACHINES, FORBIDDEN))


def _people_and_timer(outcome: Outcome) -> Row:
    return {**_people(outcome), "timer": outcome}


def _timer(outcome: Outcome) -> Row:
    return {**_all(FORBIDDEN), "timer": outcome}


def _bot_key(outcome: Outcome) -> Row:
    return _row((PEOPLE, FORBIDDEN), (("bot key",), outcome), (("timer",), FORBIDDEN))


def _illegal(command: str, status: Status) -> Refuses:
    return Refuses(IllegalMove, {"command": command, "status": status})


def _taken(*kinds: Kind, queue: str | None = QUEUE) -> Row:
    """The conversation is then the caller's own."""
    callers = {name: CALLERS[name].id for name in PEOPLE}
    taken = {
        name: Becomes(HUMAN, kinds, owner=person, queue=queue, capacity_changes=((person, +1),))
        for name, person in callers.items()
    }
    return {**_people(UNCHANGED), **taken}


TO_BOT = Becomes(BOT, (Kind.RETURNED,), queue=None)
FROM_ANA_TO_BOT = Becomes(BOT, (Kind.RETURNED,), queue=None, capacity_changes=(("ana", -1),))
TO_CY = Becomes(HUMAN, (Kind.TRANSFERRED,), owner="cy", capacity_changes=(("cy", +1),))
FROM_ANA_TO_CY = Becomes(
    HUMAN, (Kind.TRANSFERRED,), owner="cy", capacity_changes=(("ana", -1), ("cy", +1))
)
TO_SUPPORT = Becomes(WAITING, (Kind.TRANSFERRED,), queue="support")
FROM_ANA_TO_SUPPORT = Becomes(
    WAITING, (Kind.TRANSFERRED,), queue="support", capacity_changes=(("ana", -1),)
)
RELEASED = Becomes(WAITING, (Kind.RELEASED,), capacity_changes=(("ana", -1),))


def _owner_or_supervisor(outcome: Outcome) -> Row:
    mine = ("ana", *SUPERVISORS, "timer")
    return _row((mine, outcome), (("bo",), ANA_HAS_IT), (("bot key",), FORBIDDEN))


def _admin_or_timer(outcome: Outcome) -> Row:
    callers = ("admin", "owner", "timer")
    return _row((callers, outcome), (("ana", "bo", "supervisor", "bot key"), FORBIDDEN))


def _supervisor(outcome: Outcome) -> Row:
    return _row(((*SUPERVISORS, "timer"), outcome), (("ana", "bo", "bot key"), FORBIDDEN))


TABLE: dict[tuple[str, Status], Row] = {
    ("pause", BOT): _all(Becomes(WAITING, (Kind.REQUESTED,))),
    ("pause", WAITING): _all(UNCHANGED),
    ("pause", HUMAN): _all(UNCHANGED),
    ("pause or be refused", BOT): _all(Refuses(NoAgentAvailable, {"queue": QUEUE})),
    ("pause or be refused", WAITING): _all(UNCHANGED),
    ("pause or be refused", HUMAN): _all(UNCHANGED),
    ("pause or leave a message", BOT): _all(Adds(Kind.RETURNED)),
    ("pause or leave a message", WAITING): _all(UNCHANGED),
    ("pause or leave a message", HUMAN): _all(UNCHANGED),
    ("pause for me", BOT): _taken(Kind.REQUESTED, Kind.CLAIMED),
    ("pause for me", WAITING): _taken(Kind.CLAIMED),
    ("pause for me", HUMAN): {**_people(ANA_HAS_IT), "ana": UNCHANGED},
    ("claim", BOT): _people(_illegal("claim", BOT)),
    ("claim", WAITING): _taken(Kind.CLAIMED),
    ("claim", HUMAN): {**_people(ANA_HAS_IT), "ana": UNCHANGED},
    ("release", BOT): _people_and_timer(_illegal("release", BOT)),
    ("release", WAITING): _people_and_timer(_illegal("release", WAITING)),
    ("release", HUMAN): _owner_or_supervisor(RELEASED),
    ("transfer to agent", BOT): _people_and_timer(_illegal("transfer", BOT)),
    ("transfer to agent", WAITING): _supervisor(TO_CY),
    ("transfer to agent", HUMAN): _owner_or_supervisor(FROM_ANA_TO_CY),
    ("transfer to queue", BOT): _people_and_timer(_illegal("transfer", BOT)),
    ("transfer to queue", WAITING): _supervisor(TO_SUPPORT),
    ("transfer to queue", HUMAN): _owner_or_supervisor(FROM_ANA_TO_SUPPORT),
    ("handoff update", BOT): _bot_key(_illegal("handoff update", BOT)),
    ("handoff update", WAITING): _bot_key(Corrects(Kind.UPDATED)),
    ("handoff update", HUMAN): _bot_key(Corrects(Kind.UPDATED)),
    ("unpause", BOT): _all(UNCHANGED),
    ("unpause", WAITING): _all(TO_BOT),
    ("unpause", HUMAN): {**_all(FROM_ANA_TO_BOT), "bo": ANA_HAS_IT},
    ("user message", BOT): _bot_key(Adds(Kind.MESSAGE)),
    ("user message", WAITING): _bot_key(Adds(Kind.MESSAGE)),
    ("user message", HUMAN): _bot_key(Adds(Kind.MESSAGE)),
    ("bot message", BOT): _bot_key(Adds(Kind.MESSAGE)),
    ("bot message", WAITING): _bot_key(
        Leaks(NotYourTurn, {"epoch": 2, "owner": None, "handoff_id": HANDOFF_ID})
    ),
    ("bot message", HUMAN): _bot_key(
        Leaks(NotYourTurn, {"epoch": 3, "owner": "ana", "handoff_id": HANDOFF_ID})
    ),
    ("agent message", BOT): _people(_illegal("agent message", BOT)),
    ("agent message", WAITING): _people(_illegal("agent message", WAITING)),
    ("agent message", HUMAN): {**_people(ANA_HAS_IT), "ana": Adds(Kind.MESSAGE)},
    ("agent message for me", BOT): _taken(Kind.REQUESTED, Kind.CLAIMED, Kind.MESSAGE, queue=None),
    ("agent message for me", WAITING): _taken(Kind.CLAIMED, Kind.MESSAGE),
    ("agent message for me", HUMAN): {**_people(ANA_HAS_IT), "ana": Adds(Kind.MESSAGE)},
    ("user event", BOT): _bot_key(Adds(Kind.EVENT)),
    ("user event", WAITING): _bot_key(Adds(Kind.EVENT)),
    ("user event", HUMAN): _bot_key(Adds(Kind.EVENT)),
    ("snooze", BOT): _people(_illegal("snooze", BOT)),
    ("snooze", WAITING): _people(_illegal("snooze", WAITING)),
    ("snooze", HUMAN): {**_people(Adds(Kind.SNOOZED)), "bo": ANA_HAS_IT},
    ("note", BOT): _people(Adds(Kind.NOTE)),
    ("note", WAITING): _people(Adds(Kind.NOTE)),
    ("note", HUMAN): _people(Adds(Kind.NOTE)),
    ("tag", BOT): _all(Adds(Kind.TAGGED)),
    ("tag", WAITING): _all(Adds(Kind.TAGGED)),
    ("tag", HUMAN): _all(Adds(Kind.TAGGED)),
    **{("rating", status): _bot_key(Rates()) for status in (BOT, WAITING, HUMAN)},
    ("suggestion", BOT): _bot_key(Adds(Kind.SUGGESTION)),
    ("suggestion", WAITING): _bot_key(Adds(Kind.SUGGESTION)),
    ("suggestion", HUMAN): _bot_key(Adds(Kind.SUGGESTION)),
    ("offer", BOT): _timer(_illegal("offer", BOT)),
    ("offer", WAITING): _timer(Offers(Kind.OFFERED)),
    ("offer", HUMAN): _timer(_illegal("offer", HUMAN)),
    ("end of an offer", BOT): _timer(_illegal("end of an offer", BOT)),
    ("end of an offer", WAITING): _timer(UNCHANGED),
    ("end of an offer", HUMAN): _timer(_illegal("end of an offer", HUMAN)),
    ("escalation", BOT): _timer(_illegal("escalation", BOT)),
    ("escalation", WAITING): _timer(Adds(Kind.ESCALATED)),
    ("escalation", HUMAN): _timer(Adds(Kind.ESCALATED)),
    ("erasure", BOT): _admin_or_timer(Erases((Kind.ERASED,))),
    ("erasure", WAITING): _admin_or_timer(Erases((Kind.ERASED, Kind.RETURNED))),
    ("erasure", HUMAN): _admin_or_timer(Erases((Kind.ERASED, Kind.RETURNED), (("ana", -1),))),
}
