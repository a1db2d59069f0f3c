"""All ports in one object. An adapter is built on first use, so that a call loads only what it
needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.usecases.ports.accounts import (
        Authenticator,
        IdentityProvider,
        LoginAttempts,
        Passwords,
        SecondFactors,
        Sessions,
        Tokens,
    )
    from chalicelib.usecases.ports.admin import Administration
    from chalicelib.usecases.ports.audit import AuditTrail
    from chalicelib.usecases.ports.conversations import Conversations, FileStore, WordIndex
    from chalicelib.usecases.ports.directory import Directory
    from chalicelib.usecases.ports.erasures import Erasures
    from chalicelib.usecases.ports.integrations import Integration
    from chalicelib.usecases.ports.limits import RateLimits
    from chalicelib.usecases.ports.live import (
        Connections,
        Notifications,
        ReactionMemory,
        ReadMarks,
        SocketSender,
        Topic,
    )
    from chalicelib.usecases.ports.people import (
        Mailer,
        MailQueue,
        PasswordResets,
        PeopleAdministration,
        PushEncoder,
        PushQueue,
        PushSubscriptions,
    )
    from chalicelib.usecases.ports.reports import Metrics, Reports
    from chalicelib.usecases.ports.system import Clock, Random
    from chalicelib.usecases.ports.webhooks import (
        Deliveries,
        SecretSealer,
        WebhookClient,
        WebhookQueue,
    )
    from chalicelib.usecases.records.people import SessionLimits
    from chalicelib.usecases.records.second_factor import SecondFactorRule
    from chalicelib.usecases.records.sign_on import SignOnRules


class Services(Protocol):
    @property
    def conversations(self) -> Conversations: ...
    @property
    def erasures(self) -> Erasures: ...
    @property
    def files(self) -> FileStore: ...
    @property
    def files_url(self) -> str:
        """The address of the bucket of files, for browsers."""
        ...

    @property
    def word_index(self) -> WordIndex: ...
    @property
    def directory(self) -> Directory: ...
    @property
    def audit_trail(self) -> AuditTrail: ...
    @property
    def administration(self) -> Administration: ...
    @property
    def people(self) -> PeopleAdministration: ...
    @property
    def password_resets(self) -> PasswordResets: ...
    @property
    def sends_mail(self) -> bool: ...
    @property
    def mail_queue(self) -> MailQueue: ...
    @property
    def mailer(self) -> Mailer: ...
    @property
    def console_url(self) -> str:
        """The console's address, for links in mails."""
        ...

    @property
    def sessions(self) -> Sessions: ...
    @property
    def second_factors(self) -> SecondFactors: ...
    @property
    def second_factor_rule(self) -> SecondFactorRule: ...
    @property
    def authenticator(self) -> Authenticator: ...
    @property
    def sign_on_rules(self) -> SignOnRules | None:
        """None without single sign-on."""
        ...

    @property
    def identity_provider(self) -> IdentityProvider: ...
    @property
    def login_attempts(self) -> LoginAttempts: ...
    @property
    def rate_limits(self) -> RateLimits: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def notifications(self) -> Notifications: ...
    @property
    def push_subscriptions(self) -> PushSubscriptions: ...
    @property
    def push_queue(self) -> PushQueue: ...
    @property
    def push_encoder(self) -> PushEncoder: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def read_marks(self) -> ReadMarks: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def sockets(self) -> SocketSender: ...
    @property
    def topic(self) -> Topic: ...
    @property
    def webhook_queue(self) -> WebhookQueue: ...
    @property
    def webhook_client(self) -> WebhookClient: ...
    @property
    def secret_sealer(self) -> SecretSealer: ...
    @property
    def passwords(self) -> Passwords: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def metrics(self) -> Metrics: ...
    @property
    def reaction_memory(self) -> ReactionMemory: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def random(self) -> Random: ...
    @property
    def secrets(self) -> tuple[str, ...]:
        """The first secret signs tokens, tickets and cursors; all secrets verify them. So a secret
        can be replaced while its signatures are still in use."""
        ...

    @property
    def session_limits(self) -> SessionLimits: ...

    @property
    def socket_url(self) -> str:
        """The URL of the WebSocket API."""
        ...

    @property
    def integrations(self) -> tuple[Integration, ...]:
        """The installed plug-ins."""
        ...

    @property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may open a WebSocket."""
        ...

    @property
    def edge_token(self) -> str:
        """The secret that our CloudFront sends with each request; "" if there is none."""
        ...
