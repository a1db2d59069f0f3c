"""The audit trail: who changed or read what.

An event holds ids and names, never a secret, a setting's value or a text. Each event is also a line
in the log.
"""

import logging
from collections.abc import Mapping

from chalicelib.domain.access import Action, Caller, Role, authorize
from chalicelib.usecases import origin
from chalicelib.usecases.records.audit import (
    OBJECTS,
    OF_INSTALLATION,
    AuditAction,
    AuditEvent,
    AuditOutcome,
)
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.services import Services

log = logging.getLogger("baton.audit")

DAY = 24 * 60 * 60 * 1000
FACT_LENGTH = 256
"""Characters of a fact. Names and ids are shorter."""


def record(
    services: Services,
    caller: Caller,
    action: AuditAction,
    *,
    outcome: AuditOutcome = AuditOutcome.DONE,
    session: str | None = None,
    **facts: object,
) -> None:
    """Adds an event. `facts` are ids and names; `OBJECTS` says which of them is the object."""
    log_event(caller, action, **facts)
    services.audit_trail.add(_event(services, caller, action, outcome, session, facts))


def event(services: Services, caller: Caller, action: AuditAction, **facts: object) -> AuditEvent:
    """As `record`, for a port that adds the event in the transaction of the change. Call
    `log_event` when the change has been made."""
    return _event(services, caller, action, AuditOutcome.DONE, None, facts)


def log_event(caller: Caller, action: AuditAction, **facts: object) -> None:
    log.info(action, extra={"bot": caller.bot, "by": caller.id, **facts})


def record_account(
    services: Services,
    person: str,
    action: AuditAction,
    *,
    by: str | None = None,
    outcome: AuditOutcome = AuditOutcome.DONE,
    session: str | None = None,
    **facts: object,
) -> None:
    """For what happens to a person's account, in no bot. `by` is who did it, if somebody else."""
    actor = Caller(by or person, "", Role.OWNER, "")
    record(services, actor, action, outcome=outcome, session=session, person=person, **facts)


def account_event(
    services: Services, person: str, action: AuditAction, by: Person, **facts: object
) -> AuditEvent:
    """As `event`, for what `by` does to a person's account."""
    actor = Caller(by.id, by.name, Role.OWNER, "")
    return event(services, actor, action, person=person, **facts)


def record_reading(services: Services, caller: Caller, conversation_id: str) -> None:
    """Once for each person, conversation and day (UTC). The bot's own reading is not recorded."""
    if not caller.is_person:
        return
    facts = {"conversation": conversation_id}
    event = _event(services, caller, AuditAction.TRANSCRIPT_READ, AuditOutcome.DONE, None, facts)
    mark = f"{event.at // DAY}#{caller.id}#{conversation_id}"
    services.audit_trail.add_once(event, mark)


def record_search(services: Services, caller: Caller) -> None:
    """Once for each person and day (UTC), without what they searched. An excerpt shows no more of a
    conversation than a list does; its transcript is recorded when it is opened."""
    event = _event(services, caller, AuditAction.MESSAGES_SEARCHED, AuditOutcome.DONE, None, {})
    services.audit_trail.add_once(event, f"{event.at // DAY}#{caller.id}#search")


def list_events(
    services: Services, caller: Caller, position: str | None, limit: int
) -> tuple[list[AuditEvent], str | None]:
    """The trail of the caller's bot, the newest event first."""
    authorize(caller, Action.SEE_AUDIT)
    return services.audit_trail.latest(caller.bot, position, limit)


def list_of_installation(
    services: Services, position: str | None, limit: int
) -> tuple[list[AuditEvent], str | None]:
    """The trail of the installation, for its owner: logins, accounts, bots."""
    return services.audit_trail.latest(None, position, limit)


def _event(
    services: Services,
    caller: Caller,
    action: AuditAction,
    outcome: AuditOutcome,
    session: str | None,
    facts: Mapping[str, object],
) -> AuditEvent:
    now, is_key = services.clock.now(), caller.role is Role.BOT
    known = {"bot": caller.bot} | {name: _text(value) for name, value in facts.items()}
    shown = ("bot", OBJECTS[action])
    return AuditEvent(
        id=f"a_{now:013d}_{services.random.token()[:12]}",
        bot=None if action in OF_INSTALLATION else caller.bot,
        at=now,
        action=action,
        actor=caller.bot if is_key else caller.id,
        object_id=known.get(OBJECTS[action], ""),
        outcome=outcome,
        session=session,
        key=caller.id if is_key else caller.key,
        source=origin.network_address(),
        facts={name: value for name, value in known.items() if name not in shown},
    )


def _text(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text[:FACT_LENGTH]
