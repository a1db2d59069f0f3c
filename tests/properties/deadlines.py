"""Computes deadlines from the log alone: a second opinion on `timers`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.domain.conversation.authors import From
from chalicelib.domain.conversation.entries import Entry, Kind
from chalicelib.domain.routing.members import PresenceStatus
from chalicelib.domain.routing.queues import Limits, Mode, Queue

SECOND = 1000
ELEVEN_MINUTES = 11 * 60 * SECOND

QUEUES = {
    "sales": Queue(
        "sales",
        mode=Mode.OFFER,
        offer_seconds=60,
        fallback="support",
        limits=Limits(120, (300, 900), 1200, 400, 500, 3600, 90),
    ),
    # Nothing but the offers has a time here: who waits is looked for again, or never.
    "vip": Queue("vip", mode=Mode.OFFER, offer_seconds=60, limits=Limits(agent_lost=None)),
    "support": Queue("support", limits=Limits(None, (), 7200, 900, 200, agent_lost=200)),
}


@dataclass(frozen=True, slots=True)
class There:
    """The status that a person has chosen, and when they were last seen, as the machine did it."""

    status: PresenceStatus = PresenceStatus.OFFLINE
    seen_at: int = 0
    gone_at: int | None = None

    def is_online(self, now: int) -> bool:
        heard = self.gone_at is None and now - self.seen_at <= ELEVEN_MINUTES
        return heard and self.status is PresenceStatus.ONLINE


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of the open handoff that a log shows. `unanswered` is since when the user has
    waited for the first word, `spoke` since when it has been somebody's turn, `taken` since when
    the owner has it, `snoozed` until when silence does not count."""

    waits: bool = False
    queue: str | None = None
    owner: str | None = None
    unanswered: int | None = None
    alerts: int = 0
    spoke: int = 0
    taken: int = 0
    claimed: int | None = None
    offered: tuple[str, int] | None = None
    last: From | None = None
    snoozed: int | None = None

    @property
    def limits(self) -> Limits:
        return QUEUES.get(self.queue or "", Queue("")).limits


def told(entries: Iterable[Entry]) -> Told:
    so_far = Told()
    for entry in entries:
        so_far = heard(so_far, entry)
    return so_far


def heard(so_far: Told, entry: Entry) -> Told:
    facts: Mapping[str, Any] = entry.record.payload or {}
    match entry.kind:
        case Kind.REQUESTED:
            begun = Told(True, facts["queue"], unanswered=entry.at, last=so_far.last)
            return _offered(begun, facts) if "offered_to" in facts else begun
        case Kind.CLAIMED | Kind.TRANSFERRED if "owner" in facts:
            return _taken(so_far, facts["owner"]["id"], entry.at)
        case Kind.TRANSFERRED:
            there = replace(so_far, waits=True, queue=facts["queue"], owner=None, offered=None)
            return replace(there, unanswered=entry.at, alerts=0)
        case Kind.RELEASED:
            since = so_far.unanswered if so_far.unanswered is not None else entry.at
            return replace(so_far, waits=True, owner=None, offered=None, unanswered=since)
        case Kind.RETURNED:
            return Told(last=so_far.last)
        case Kind.OFFERED:
            return _offered(so_far, facts)
        case Kind.DECLINED:
            return replace(so_far, offered=None)
        case Kind.ESCALATED:
            return replace(so_far, alerts=facts["step"])
        case Kind.SNOOZED:
            return replace(_awake(so_far, entry.at), snoozed=facts["until"])
        case Kind.MESSAGE:
            return _said(so_far, entry)
    return so_far


def _taken(so_far: Told, owner: str, at: int) -> Told:
    taken = replace(so_far, waits=False, owner=owner, offered=None, spoke=at, taken=at)
    taken = replace(taken, snoozed=None)
    return replace(taken, claimed=at if taken.claimed is None else taken.claimed)


def _offered(so_far: Told, facts: Mapping[str, Any]) -> Told:
    return replace(so_far, offered=(facts["offered_to"]["id"], facts["offered_to"]["until"]))


def _said(so_far: Told, entry: Entry) -> Told:
    if entry.sender is From.AGENT:
        return replace(so_far, unanswered=None, alerts=0, spoke=entry.at, last=From.AGENT)
    answers = so_far.last is From.AGENT
    so_far = _awake(so_far, entry.at)
    return replace(so_far, spoke=entry.at if answers else so_far.spoke, last=entry.sender)


def _awake(so_far: Told, at: int) -> Told:
    if so_far.snoozed is None:
        return so_far
    spoke = max(so_far.spoke, min(so_far.snoozed, at))
    return replace(so_far, snoozed=None, spoke=spoke)


def deadlines(so_far: Told, owner: There) -> dict[str, int]:
    """By what happens then, and not before."""
    limits = so_far.limits
    steps = sorted({*([limits.first_alert] if limits.first_alert else []), *limits.escalate})
    found: dict[str, int | None] = {}
    if so_far.unanswered is not None and so_far.alerts < len(steps):
        found["escalated"] = _after(so_far.unanswered, steps[so_far.alerts])
    if so_far.waits or so_far.owner:
        found["max_length"] = _after(so_far.claimed, limits.max_length)
    if so_far.waits:
        found["give_up"] = _after(so_far.unanswered, limits.give_up)
        found["offer"] = so_far.offered[1] if so_far.offered else None
    if so_far.owner:
        silent = "user_idle" if so_far.last is From.AGENT else "agent_idle"
        found[silent] = _after(max(so_far.spoke, so_far.snoozed or 0), getattr(limits, silent))
        found["agent_lost"] = _after(_lost_at(so_far, owner), limits.agent_lost)
    return {what: at for what, at in found.items() if at is not None}


def latest(so_far: Told, owner: There) -> dict[str, int]:
    """The latest times at which each deadline is met, before the reactions to an entry have run:
    until then, who takes a conversation though their connection has closed is missed no sooner
    than if they had never had one."""
    if owner.gone_at is not None and owner.gone_at <= so_far.taken:
        owner = replace(owner, gone_at=None)
    return deadlines(so_far, owner)


def _lost_at(so_far: Told, owner: There) -> int:
    if owner.gone_at is not None:
        return max(owner.gone_at, so_far.spoke)
    return max(owner.seen_at, so_far.spoke) + ELEVEN_MINUTES


def _after(since: int | None, seconds: int | None) -> int | None:
    return None if since is None or seconds is None else since + seconds * SECOND
