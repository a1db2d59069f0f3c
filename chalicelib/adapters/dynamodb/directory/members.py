"""A bot's members. Each has three rows: membership, load and presence.

So a heartbeat or a change of queues never conflicts with the transaction of a claim.
"""

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import LoadRow, MemberRow, PresenceRow
from chalicelib.adapters.dynamodb.table import Found, row_at
from chalicelib.domain.access import Role
from chalicelib.domain.routing.members import NEVER, Member, Presence, PresenceStatus


def keys_of(bot: str, person: str) -> tuple[keys.RowKey, ...]:
    return (keys.member(bot, person), keys.load(bot, person), keys.presence(person))


def member(found: Found, bot: str, person: str) -> Member | None:
    """Builds a member from the rows that were found. None without the membership row."""
    of_member, of_load, of_presence = keys_of(bot, person)
    row = row_at(found, MemberRow, of_member)
    load = row_at(found, LoadRow, of_load)
    presence = presence_of(row_at(found, PresenceRow, of_presence))
    return member_of(row, load, presence) if row else None


def member_of(
    row: MemberRow, load: LoadRow | None = None, presence: Presence | None = None
) -> Member:
    return Member(
        person=row.person,
        name=row.name,
        email=row.email,
        role=Role(row.role),
        queues=frozenset(row.queues or ()),
        capacity=row.capacity,
        open=(load and load.open) or 0,
        presence=presence or Presence(),
        busy_at=(load and load.busy_at) or NEVER,
        reserved_until=(load and load.reserved_until) or NEVER,
    )


def member_row(bot: str, member: Member) -> MemberRow:
    return MemberRow.at(
        keys.member(bot, member.person),
        person=member.person,
        name=member.name,
        email=member.email,
        role=member.role,
        queues=set(member.queues),
        capacity=member.capacity,
    )


def presence_of(row: PresenceRow | None) -> Presence:
    if row is None:
        return Presence()
    return Presence(PresenceStatus(row.status), row.seen_at, row.gone_at)
