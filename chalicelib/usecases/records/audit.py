"""Audit events: who did what to which object, from where. Never a secret, never a text."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field


class AuditAction(StrEnum):
    LOGGED_IN = "logged_in"
    LOGIN_FAILED = "login_failed"
    LOCKED_OUT = "locked_out"
    LOGGED_OUT = "logged_out"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"
    RESET_REQUESTED = "password_reset_requested"
    RESET_STARTED = "password_reset_started"
    PASSWORD_RESET = "password_reset"
    FACTOR_CHANGED = "factor_changed"
    PERSON_CREATED = "person_created"
    NAME_CHANGED = "name_changed"
    PUSH_CHANGED = "push_changed"
    IDENTITY_LINKED = "identity_linked"
    PERSON_DISABLED = "person_disabled"
    PERSON_ENABLED = "person_enabled"
    PERSON_DELETED = "person_deleted"
    ADDRESS_CONFIRMED = "address_confirmed"
    BOT_CREATED = "bot_created"
    BOT_RENAMED = "bot_renamed"
    BOT_REMOVED = "bot_removed"
    AGENT_ADDED = "agent_added"
    AGENT_INVITED = "agent_invited"
    AGENT_CHANGED = "agent_changed"
    AGENT_REMOVED = "agent_removed"
    STATUS_SET = "status_set"
    KEY_CREATED = "key_created"
    KEY_ROTATED = "key_rotated"
    KEY_REVOKED = "key_revoked"
    SETTINGS_SET = "settings_set"
    QUEUE_SET = "queue_set"
    QUEUE_REMOVED = "queue_removed"
    REPLY_SET = "reply_set"
    REPLY_REMOVED = "reply_removed"
    WEBHOOK_SET = "webhook_set"
    WEBHOOK_ROTATED = "webhook_rotated"
    WEBHOOK_REMOVED = "webhook_removed"
    WEBHOOK_TESTED = "webhook_tested"
    DELIVERY_REPLAYED = "delivery_replayed"
    TRANSCRIPT_READ = "transcript_read"
    MESSAGES_SEARCHED = "messages_searched"
    CONVERSATION_EXPORTED = "conversation_exported"
    USER_EXPORTED = "user_exported"
    USER_ERASED = "user_erased"
    RETENTION_APPLIED = "retention_applied"
    BOT_EXPORTED = "bot_exported"
    BOT_IMPORTED = "bot_imported"


OBJECTS: Mapping[AuditAction, str] = {
    AuditAction.LOGGED_IN: "person",
    AuditAction.LOGIN_FAILED: "person",
    AuditAction.LOCKED_OUT: "person",
    AuditAction.LOGGED_OUT: "person",
    AuditAction.SESSION_ENDED: "person",
    AuditAction.PASSWORD_CHANGED: "person",
    AuditAction.RESET_REQUESTED: "person",
    AuditAction.RESET_STARTED: "person",
    AuditAction.PASSWORD_RESET: "person",
    AuditAction.FACTOR_CHANGED: "person",
    AuditAction.PERSON_CREATED: "person",
    AuditAction.NAME_CHANGED: "person",
    AuditAction.PUSH_CHANGED: "person",
    AuditAction.IDENTITY_LINKED: "person",
    AuditAction.PERSON_DISABLED: "person",
    AuditAction.PERSON_ENABLED: "person",
    AuditAction.PERSON_DELETED: "person",
    AuditAction.ADDRESS_CONFIRMED: "person",
    AuditAction.BOT_CREATED: "bot",
    AuditAction.BOT_RENAMED: "bot",
    AuditAction.BOT_REMOVED: "bot",
    AuditAction.AGENT_ADDED: "agent",
    AuditAction.AGENT_INVITED: "agent",
    AuditAction.AGENT_CHANGED: "agent",
    AuditAction.AGENT_REMOVED: "agent",
    AuditAction.STATUS_SET: "agent",
    AuditAction.KEY_CREATED: "key_id",
    AuditAction.KEY_ROTATED: "key_id",
    AuditAction.KEY_REVOKED: "key_id",
    AuditAction.SETTINGS_SET: "bot",
    AuditAction.QUEUE_SET: "queue",
    AuditAction.QUEUE_REMOVED: "queue",
    AuditAction.REPLY_SET: "reply",
    AuditAction.REPLY_REMOVED: "reply",
    AuditAction.WEBHOOK_SET: "bot",
    AuditAction.WEBHOOK_ROTATED: "bot",
    AuditAction.WEBHOOK_REMOVED: "bot",
    AuditAction.WEBHOOK_TESTED: "bot",
    AuditAction.DELIVERY_REPLAYED: "delivery_id",
    AuditAction.TRANSCRIPT_READ: "conversation",
    AuditAction.MESSAGES_SEARCHED: "bot",
    AuditAction.CONVERSATION_EXPORTED: "conversation",
    AuditAction.USER_EXPORTED: "bot",
    AuditAction.USER_ERASED: "bot",
    AuditAction.RETENTION_APPLIED: "bot",
    AuditAction.BOT_EXPORTED: "bot",
    AuditAction.BOT_IMPORTED: "bot",
}
"""The fact of an event that names its object. Each action has its row here."""

OF_INSTALLATION = frozenset(
    {
        AuditAction.BOT_CREATED,
        AuditAction.BOT_REMOVED,
        *(action for action, name in OBJECTS.items() if name == "person"),
    }
)
"""These events belong to no bot: they are in the installation's own trail."""


class AuditOutcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"


class AuditEvent(Struct, frozen=True):
    """`bot` is None for the installation's trail. `actor` is a person's id, or the bot's if a key
    acted; `key` is then the key's id. `source` is the caller's network address, if it is known.
    `at` is in milliseconds since 1970 (UTC)."""

    id: str
    bot: str | None
    at: int
    action: str
    actor: str
    object_id: str
    outcome: str = AuditOutcome.DONE
    session: str | None = None
    key: str | None = None
    source: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
