"""The people who log in, and their sessions.

Times are in milliseconds since 1970 (UTC).
"""

from msgspec import Struct


class SessionLimits(Struct, frozen=True):
    """A session ends when it was not used for `idle` milliseconds, and `life` after its login."""

    idle: int
    life: int


class Device(Struct, frozen=True):
    """The device of a session: the network address, and the browser's `User-Agent`."""

    address: str
    name: str = ""


class EndedSession(Struct, frozen=True):
    """No access token of the session is valid after `until`, so it can be forgotten then."""

    id: str
    until: int


class SessionReference(Struct, frozen=True):
    """The session that a token, a ticket or a connection belongs to. With `must_enrol`, it may only
    set up a second factor."""

    person: str
    id: str
    token_version: int
    must_enrol: bool = False


class ProviderIdentity(Struct, frozen=True):
    """A person of an OpenID Connect provider: `subject` never changes there and is never given to
    somebody else, unlike an address."""

    issuer: str
    subject: str


class Person(Struct, frozen=True):
    """`password_hash` is empty until the person has accepted an invitation. A higher
    `token_version` ends all sessions that began under a lower one. An account begins with the time
    of its creation as the version, so that tokens of a deleted account with its address stay
    refused.

    `registered_by` is the bot whose admin has registered the account, and may have set its first
    password. The account serves this bot alone until the person has proved the address. None if
    they have, or if an owner has registered them.

    `identity` is whom single sign-on has shown the person to be, None before the first time."""

    id: str
    email: str
    name: str
    password_hash: str
    token_version: int = 1
    is_owner: bool = False
    disabled: bool = False
    ended_sessions: frozenset[EndedSession] = frozenset()
    last_login_at: int | None = None
    registered_by: str | None = None
    identity: ProviderIdentity | None = None

    def accepts(self, session: SessionReference) -> bool:
        """False for a session that has ended."""
        if self.disabled or self.token_version != session.token_version:
            return False
        return all(ended.id != session.id for ended in self.ended_sessions)


class PasswordReset(Struct, frozen=True):
    """Anybody with the token may set the person's password until `expires_at`, once: a new password
    raises the token version."""

    token_hash: str
    person: str
    token_version: int
    expires_at: int


class Session(Struct, frozen=True):
    """One login on one device, until `expires_at`. Only the refresh token with the id `refresh_id`
    is accepted, once. `used_at` is when it was last refreshed, and `network_address` from where."""

    id: str
    person: str
    token_version: int
    began_at: int
    used_at: int
    expires_at: int
    refresh_id: str
    network_address: str = ""
    device: str = ""

    @property
    def reference(self) -> SessionReference:
        return SessionReference(self.person, self.id, self.token_version)
