"""Who may do what: the calls table of the outside contract, and who may see what."""

from itertools import product

import pytest

from chalicelib.domain.access import Action, Caller, Role, Scope, authorize, may_read, may_see
from chalicelib.domain.conversation.entries import Kind
from chalicelib.domain.errors import Forbidden
from tests.domain.cast import ANA, BOT_KEY, SAM

PEOPLE = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER})
ADMINS = frozenset({Role.ADMIN, Role.OWNER})
SUPERVISORS = ADMINS | {Role.SUPERVISOR}
BOT = frozenset({Role.BOT})
TIMER = frozenset({Role.TIMER})

MAY = {
    Action.READ: BOT | PEOPLE,
    Action.RECORD: BOT,
    Action.SAY: PEOPLE,
    Action.PAUSE: BOT | PEOPLE | TIMER,
    Action.UNPAUSE: BOT | PEOPLE | TIMER,
    Action.CLAIM: PEOPLE,
    Action.RELEASE: PEOPLE,
    Action.TRANSFER: PEOPLE,
    Action.NOTE: PEOPLE,
    Action.TAG: BOT | PEOPLE,
    Action.SUGGEST: BOT,
    Action.READ_NOTIFICATIONS: PEOPLE,
    Action.SEE_AVAILABILITY: BOT,
    Action.SEE_QUEUES: SUPERVISORS,
    Action.SEE_REPORT: SUPERVISORS,
    Action.SEE_DELIVERIES: SUPERVISORS,
    Action.SEE_REPLIES: PEOPLE,
    Action.CONFIGURE: ADMINS,
}
"""As the outside contract says; it is silent on what it does not name."""

CALLS = [(role, action) for role, action in product(Role, MAY) if role is not Role.TIMER]


def caller(role: Role, *scopes: Scope) -> Caller:
    return Caller("x", "X", role, "demo", scopes=frozenset(scopes))


@pytest.mark.parametrize(("role", "action"), [(r, a) for r, a in CALLS if r in MAY[a]])
def test_a_role_may_do_what_the_contract_grants_it(role: Role, action: Action) -> None:
    authorize(caller(role, *Scope), action)


@pytest.mark.parametrize(("role", "action"), [(r, a) for r, a in CALLS if r not in MAY[a]])
def test_a_role_may_do_nothing_else(role: Role, action: Action) -> None:
    with pytest.raises(Forbidden) as refused:
        authorize(caller(role, *Scope), action)

    assert refused.value.facts["role"] == role


NEEDS = {
    Action.READ: {Scope.READ},
    Action.GATE: {Scope.READ, Scope.MESSAGES},
    Action.RECORD: {Scope.MESSAGES},
    Action.PAUSE: {Scope.HANDOFFS},
    Action.UNPAUSE: {Scope.HANDOFFS},
    Action.TAG: {Scope.HANDOFFS},
    Action.SUGGEST: {Scope.MESSAGES},
    Action.SEE_AVAILABILITY: {Scope.READ, Scope.HANDOFFS},
}


@pytest.mark.parametrize(("action", "scope"), [(a, s) for a in NEEDS for s in sorted(NEEDS[a])])
def test_a_key_with_the_one_scope_that_an_action_needs_may_do_it(
    action: Action, scope: Scope
) -> None:
    authorize(caller(Role.BOT, scope), action)


@pytest.mark.parametrize("action", NEEDS)
def test_a_key_with_all_scopes_but_those_an_action_needs_may_not_do_it(action: Action) -> None:
    others = set(Scope) - NEEDS[action]

    with pytest.raises(Forbidden) as refused:
        authorize(caller(Role.BOT, *others), action)

    assert refused.value.facts["scopes"] == sorted(others)


@pytest.mark.parametrize("action", list(Action))
def test_a_key_without_any_scope_may_do_nothing(action: Action) -> None:
    with pytest.raises(Forbidden):
        authorize(caller(Role.BOT), action)


@pytest.mark.parametrize("role", sorted(PEOPLE))
def test_scopes_are_for_keys_and_take_nothing_from_people(role: Role) -> None:
    authorize(caller(role), Action.PAUSE)


# What may be seen


def agent(*queues: str) -> Caller:
    return Caller("ana", "Ana", Role.AGENT, "demo", queues=frozenset(queues))


@pytest.mark.parametrize(
    ("looking", "paused", "queue", "owner", "seen"),
    [
        pytest.param(agent("sales"), True, "sales", None, True, id="their queue"),
        pytest.param(agent("sales"), True, "sales", "bo", True, id="their queue, another's"),
        pytest.param(agent("sales"), True, "support", None, False, id="another queue"),
        pytest.param(agent("sales"), True, "support", "bo", False, id="another queue, another's"),
        pytest.param(agent("sales"), True, "support", "ana", True, id="another queue, own"),
        pytest.param(agent("sales"), True, None, None, True, id="no queue"),
        pytest.param(agent("sales"), True, None, "bo", True, id="no queue, another's"),
        pytest.param(agent(), True, "sales", None, False, id="agent without queues"),
        pytest.param(agent(), False, None, None, True, id="with the bot"),
    ],
)
def test_an_agent_sees_their_queues_the_unqueued_their_own_and_the_bots(
    looking: Caller, paused: bool, queue: str | None, owner: str | None, seen: bool
) -> None:
    assert may_see(looking, paused=paused, queue=queue, owner=owner) is seen


@pytest.mark.parametrize("role", [Role.BOT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER])
def test_bot_keys_and_supervisors_see_all(role: Role) -> None:
    assert may_see(caller(role), paused=True, queue="any", owner="somebody")


# How a caller stands in the log


@pytest.mark.parametrize(
    ("who", "author", "sender"),
    [(ANA, "ana", "agent"), (SAM, "sam", "agent"), (BOT_KEY, "demo", "bot")],
)
def test_people_sign_with_their_id_and_a_key_signs_as_its_bot(
    who: Caller, author: str, sender: str
) -> None:
    assert (who.author.id, who.sender) == (author, sender)


@pytest.mark.parametrize(
    ("role", "overrules"),
    [
        (Role.AGENT, False),
        (Role.BOT, False),
        (Role.TIMER, True),
        (Role.SUPERVISOR, True),
        (Role.ADMIN, True),
        (Role.OWNER, True),
    ],
)
def test_supervisors_and_above_may_act_on_what_others_own(role: Role, overrules: bool) -> None:
    assert caller(role).may_overrule is overrules


@pytest.mark.parametrize(
    ("who", "owner", "seen"),
    [
        (ANA, "ana", True),
        (ANA, "bo", False),
        (ANA, None, False),
        (SAM, "ana", False),
        (SAM, "sam", True),
        (BOT_KEY, "ana", True),
        (BOT_KEY, None, True),
    ],
)
def test_what_the_bot_suggests_is_between_the_bot_and_the_owner(
    who: Caller, owner: str | None, seen: bool
) -> None:
    assert may_read(who, Kind.SUGGESTION, owner) is seen


def test_notes_are_between_people() -> None:
    assert may_read(ANA, Kind.NOTE, None)
    assert not may_read(BOT_KEY, Kind.NOTE, None)


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.NOTE, Kind.SUGGESTION}))
def test_all_else_may_be_read_by_whoever_sees_the_conversation(kind: Kind) -> None:
    assert may_read(ANA, kind, None)
    assert may_read(BOT_KEY, kind, None)
