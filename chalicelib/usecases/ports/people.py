"""The ports to all people: their accounts, links that set a password, mail and web push.

Others see a change within five seconds, because `Directory` may cache. Times are in milliseconds
since 1970 (UTC).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from chalicelib.usecases.records.audit import AuditEvent
from chalicelib.usecases.records.mail import Mail, MailRequest, PushAlert, PushKey, PushSubscription
from chalicelib.usecases.records.people import PasswordReset, Person, ProviderIdentity


class PeopleAdministration(Protocol):
    """With an argument `by`, the change takes place only if that person is an owner who is not
    disabled at that moment. So two owners who disable each other at once cannot both succeed. The
    `event` is added to the audit trail in the same transaction."""

    def ids(self) -> list[str]:
        """The people whom this release or a later one has stored, unsorted."""

    def record_login(self, person: str, at: int, address: str) -> None:
        """Does nothing if there is no such person. The network address is kept for 90 days."""

    def has_logged_in_from(self, person: str, address: str) -> bool: ...

    def rename(self, person: str, name: str, bots: Sequence[str]) -> bool:
        """Also renames the person as a member of these bots. False if there is no such person."""

    def set_registered_by(self, person: Person, bot: str | None) -> bool:
        """Also raises the token version: earlier invitations no longer work.

        False, and no change, if the token version is no longer that of `person`.
        """

    def prove_address(self, person: str) -> None:
        """The account may serve other bots than the one whose admin has registered it. Does nothing
        if there is no such person."""

    def person_of_identity(self, identity: ProviderIdentity) -> str | None:
        """The id of the person who is linked to it."""

    def link_identity(self, person: Person, identity: ProviderIdentity, event: AuditEvent) -> bool:
        """Replaces the person's identity. False, and no change, if it is no longer that of
        `person`, or if `identity` belongs to somebody else."""

    def set_disabled(self, person: Person, disabled: bool, by: str, event: AuditEvent) -> bool:
        """Also raises the token version, which ends all sessions.

        False, and no change, if the token version is no longer that of `person`.
        """

    def delete(self, person: str, by: str, event: AuditEvent) -> bool:
        """Deletes the account with its presence and sessions, but no membership. False if there is
        no such person."""


class PasswordResets(Protocol):
    def add(self, reset: PasswordReset) -> None: ...

    def get(self, token_hash: str) -> PasswordReset | None:
        """None if there is none, or if it has expired."""


class MailQueue(Protocol):
    """The mails that are sent after the call: so the time of an answer does not tell whether an
    account exists, and no caller waits for the mail service."""

    def enqueue(self, request: MailRequest) -> None:
        """Raises TemporarilyUnavailable."""


class Mailer(Protocol):
    def send(self, mail: Mail) -> None:
        """Returns when the mail service has accepted the mail, which may still bounce.

        Raises MailRefused if trying again is of no use, TemporarilyUnavailable otherwise.
        """


class MailRefused(Exception):
    """The mail service does not take this mail: an address or a setting is not valid. The message
    is the service's code."""


class PushSubscriptions(Protocol):
    """The browsers that show alerts by web push. Sessions remove theirs when they end."""

    def get(self, person: str, session: str) -> PushSubscription | None: ...

    def of_person(self, person: str) -> list[PushSubscription]: ...

    def put(self, subscription: PushSubscription) -> None:
        """Replaces the one of the same session."""

    def remove(self, person: str, session: str) -> None: ...

    def holder(self, endpoint: str) -> tuple[str, str] | None:
        """The person and the session that have set this endpoint last. Their subscription may have
        ended."""

    def told_of_waiting(self) -> set[str]:
        """The people of whom a subscription asks for conversations that begin to wait. Some of
        these subscriptions may have ended."""

    def are_used(self) -> bool:
        """False if nobody has ever subscribed; this may be a minute old."""

    def key(self) -> PushKey | None: ...

    def replace_key(self, old: PushKey | None, new: PushKey) -> bool:
        """False if the stored key is not `old`."""


class PushEncoder(Protocol):
    """Encrypts for browsers (RFC 8291) and signs for push services (RFC 8292)."""

    def new_key(self) -> tuple[str, str]:
        """A new private key and its public key."""

    def encrypt(self, public: str, auth: str, plaintext: bytes) -> bytes:
        """Raises ValueError if these are no keys."""

    def authorization(
        self, endpoint: str, private: str, public: str, subject: str, now: int
    ) -> Mapping[str, str]: ...


class PushQueue(Protocol):
    """The queue of the web push function. Each message may be received more than once."""

    def enqueue(self, alert: PushAlert) -> None: ...

    def delay(self, receipt: str, seconds: int) -> None:
        """Hides the message in hand for this many seconds."""
