"""Random walks through the state table: commands that anybody may ask, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.domain.access import Caller
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    Claim,
    ClaimAndReply,
    Command,
    IfUnavailable,
    Note,
    Pause,
    PauseAndClaim,
    Profile,
    Release,
    Suggest,
    Tag,
    Transfer,
    Unpause,
    UserMessage,
)
from chalicelib.domain.conversation.decision import Decision
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Outcome, Request, Resumption
from chalicelib.domain.conversation.head import Head, new_head
from chalicelib.domain.errors import BatonError
from tests.domain.cast import ADDRESS, ANA, BO, BOT_KEY, CY, NOW, SAM, TIMER, ask

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=90)
QUEUES = st.sampled_from([None, "sales", "support"])
EPOCHS = st.sampled_from([None, None, None, 1, 2, 3, 4])
NOTES = st.none() | st.just("look here")

BODIES = st.one_of(
    st.builds(Body, text=TEXTS),
    st.sampled_from(["card", "visit"]).map(lambda type_: Body(type_, payload={"title": "hi"})),
)
PROFILES = st.none() | st.builds(Profile, st.sampled_from([None, "Uma", "Una"]))
TIMEOUTS = st.none() | st.just(60_000)
REQUESTS = st.builds(Request, st.none() | TEXTS, QUEUES, st.integers(-1, 2), timeout=TIMEOUTS)
MEMBERS = st.sampled_from([CY, replace(CY, person="ana", name="Ana"), replace(CY, capacity=0)])
RESUMPTIONS = st.builds(Resumption, st.sampled_from(list(Outcome)))

OF_BOTS: st.SearchStrategy[Command] = st.one_of(
    st.builds(UserMessage, BODIES, profile=PROFILES),
    st.builds(BotMessage, BODIES, epoch=EPOCHS, profile=PROFILES),
    st.builds(Suggest, TEXTS),
)
OF_PEOPLE: st.SearchStrategy[Command] = st.one_of(
    st.builds(AgentMessage, BODIES, epoch=EPOCHS),
    st.builds(ClaimAndReply, BODIES, epoch=EPOCHS),
    st.builds(PauseAndClaim, REQUESTS),
    st.builds(Claim, EPOCHS),
    st.builds(Release, EPOCHS),
    st.builds(Transfer, agent=MEMBERS, note=NOTES, epoch=EPOCHS),
    st.builds(Transfer, queue=st.just("support"), note=NOTES, epoch=EPOCHS),
    st.builds(Note, TEXTS),
)
OF_ALL: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        Pause,
        REQUESTS,
        st.none() | MEMBERS,
        st.sampled_from(list(IfUnavailable)),
        st.none() | st.booleans(),
        PROFILES,
    ),
    st.builds(Unpause, RESUMPTIONS, EPOCHS),
    st.builds(Tag, st.lists(st.sampled_from("abc"), max_size=2).map(tuple)),
)
PEOPLE = st.sampled_from([ANA, BO, SAM])
MACHINES = st.sampled_from([BOT_KEY, TIMER])
ASKED = st.one_of(
    st.tuples(OF_BOTS, st.just(BOT_KEY)),
    st.tuples(OF_PEOPLE, PEOPLE),
    st.tuples(OF_PEOPLE, st.just(ANA)),
    st.tuples(OF_ALL, PEOPLE | MACHINES),
)
"""Mostly what a caller may do in some status, so that walks get far."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command that was accepted, or refused with a mark in the log."""

    before: Head
    command: Command
    caller: Caller
    decision: Decision


Steps = Sequence[Step]


def walk(asked: list[tuple[Command, Caller]]) -> Steps:
    """From a conversation without entries; one second passes between two commands."""
    steps = []
    head: Head = new_head(ADDRESS, NOW)
    for second, (command, caller) in enumerate(asked):
        try:
            decision = ask(head, command, caller, NOW + second * 1000)
        except BatonError:
            continue
        steps.append(Step(head, command, caller, decision))
        head = decision.head
    return steps


WALKS = st.lists(ASKED, min_size=8, max_size=30).map(walk)
