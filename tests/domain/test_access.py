"""Which roles and scopes allow which actions, and which conversations and entries a caller sees."""

from itertools import product

import pytest

from chalicelib.domain.access import Action, Caller, Role, Scope, authorize, may_see_conversation
from chalicelib.domain.conversation.entries import Kind, may_read
from chalicelib.domain.errors import Forbidden
from tests.domain.cast import ANA, BOT_KEY, SAM

PEOPLE = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER})
ADMINS = frozenset({Role.ADMIN, Role.OWNER})
SUPERVISORS = ADMINS | {Role.SUPERVISOR}
BOT = frozenset({Role.BOT})
TIMER = frozenset({Role.TIMER})

ALLOWED = {
    Action.READ: BOT | PEOPLE,
    Action.RECORD: BOT,
    Action.SAY: PEOPLE,
    Action.PAUSE: BOT | PEOPLE | TIMER,
    Action.PAUSE_BY_ADDRESS: BOT | PEOPLE,
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
    Action.LISTEN: BOT,
    Action.SEE_REPLIES: PEOPLE,
    Action.CONFIGURE: ADMINS,
}
"""Copied by hand from the API contract. Actions that the contract does not name are left out."""

CALLS = [(role, action) for role, action in product(Role, ALLOWED) if role is not Role.TIMER]


def caller(role: Role, *scopes: Scope) -> Caller:
    return Caller("x", "X", role, "demo", scopes=frozenset(scopes))


@pytest.mark.parametrize(("role", "action"), [(r, a) for r, a in CALLS if r in ALLOWED[a]])
def test_a_role_may_do_the_actions_that_the_contract_grants(role: Role, action: Action) -> None:
    authorize(caller(role, *Scope), action)


@pytest.mark.parametrize(("role", "action"), [(r, a) for r, a in CALLS if r not in ALLOWED[a]])
def test_a_role_is_refused_every_other_action(role: Role, action: Action) -> None:
    with pytest.raises(Forbidden) as refused:
        authorize(caller(role, *Scope), action)

    assert refused.value.facts["role"] == role


REQUIRED = {
    Action.READ: {Scope.READ},
    Action.GATE: {Scope.READ, Scope.MESSAGES},
    Action.RECORD: {Scope.MESSAGES},
    Action.PAUSE: {Scope.HANDOFFS},
    Action.PAUSE_BY_ADDRESS: {Scope.HANDOFFS},
    Action.UNPAUSE: {Scope.HANDOFFS},
    Action.TAG: {Scope.HANDOFFS},
    Action.SUGGEST: {Scope.MESSAGES},
    Action.SEE_AVAILABILITY: {Scope.READ, Scope.HANDOFFS},
    Action.LISTEN: {Scope.READ},
}


@pytest.mark.parametrize(
    ("action", "scope"), [(a, s) for a in REQUIRED for s in sorted(REQUIRED[a])]
)
def test_a_key_needs_only_one_of_the_required_scopes(action: Action, scope: Scope) -> None:
    authorize(caller(Role.BOT, scope), action)


@pytest.mark.parametrize("action", REQUIRED)
def test_a_key_without_a_required_scope_is_refused(action: Action) -> None:
    others = set(Scope) - REQUIRED[action]

    with pytest.raises(Forbidden) as refused:
        authorize(caller(Role.BOT, *others), action)

    assert refused.value.facts["scopes"] == sorted(others)


@pytest.mark.parametrize("action", list(Action))
def test_a_key_without_scopes_is_refused_every_action(action: Action) -> None:
    with pytest.raises(Forbidden):
        authorize(caller(Role.BOT), action)


@pytest.mark.parametrize("role", sorted(PEOPLE))
def test_scopes_do_not_limit_people(role: Role) -> None:
    authorize(caller(role), Action.PAUSE)


# Visible conversations


def agent(*queues: str) -> Caller:
    return Caller("ana", "Ana", Role.AGENT, "demo", queues=frozenset(queues))


@pytest.mark.parametrize(
    ("viewer", "queue", "owner", "seen"),
    [
        pytest.param(agent("sales"), "sales", None, True, id="their queue"),
        pytest.param(agent("sales"), "sales", "bo", True, id="their queue, another's"),
        pytest.param(agent("sales"), "support", None, False, id="another queue"),
        pytest.param(agent("sales"), "support", "bo", False, id="another queue, another's"),
        pytest.param(agent("sales"), "support", "ana", True, id="another queue, own"),
        pytest.param(agent("sales"), None, None, True, id="no queue"),
        pytest.param(agent("sales"), None, "bo", True, id="no queue, another's"),
        pytest.param(agent(), "sales", None, False, id="agent without queues"),
    ],
)
def test_an_agent_sees_conversations_of_their_queues_without_queue_and_their_own(
    viewer: Caller, queue: str | None, owner: str | None, seen: bool
) -> None:
    assert may_see_conversation(viewer, queue=queue, agent=owner) is seen


@pytest.mark.parametrize("role", [Role.BOT, Role.SUPERVISOR, Role.ADMIN, Role.OWNER])
def test_bot_keys_and_supervisors_see_every_conversation(role: Role) -> None:
    assert may_see_conversation(caller(role), queue="any", agent="somebody")


# Authors


@pytest.mark.parametrize(
    ("who", "author", "sender"),
    [(ANA, "ana", "agent"), (SAM, "sam", "agent"), (BOT_KEY, "demo", "bot")],
)
def test_people_write_under_their_id_and_keys_write_as_their_bot(
    who: Caller, author: str, sender: str
) -> None:
    assert (who.author.id, who.sender) == (author, sender)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.AGENT, False),
        (Role.BOT, False),
        (Role.TIMER, True),
        (Role.SUPERVISOR, True),
        (Role.ADMIN, True),
        (Role.OWNER, True),
    ],
)
def test_supervisors_admins_owners_and_timers_have_supervisor_rights(
    role: Role, expected: bool
) -> None:
    assert caller(role).has_supervisor_rights is expected


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
def test_only_the_bot_and_the_owner_read_suggestions(
    who: Caller, owner: str | None, seen: bool
) -> None:
    assert may_read(who, Kind.SUGGESTION, owner) is seen


def test_only_people_read_notes() -> None:
    assert may_read(ANA, Kind.NOTE, None)
    assert not may_read(BOT_KEY, Kind.NOTE, None)


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.NOTE, Kind.SUGGESTION, Kind.UNKNOWN}))
def test_everybody_who_sees_the_conversation_reads_the_other_entries(kind: Kind) -> None:
    assert may_read(ANA, kind, None)
    assert may_read(BOT_KEY, kind, None)


@pytest.mark.parametrize("caller", [ANA, SAM, BOT_KEY])
def test_nobody_reads_entries_of_a_newer_release(caller: Caller) -> None:
    assert not may_read(caller, Kind.UNKNOWN, caller.id)
