"""Messages to people outside the console: mails about their accounts, alerts by web push."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field


class MailKind(StrEnum):
    INVITED = "invited"
    RESET_REQUESTED = "reset_requested"
    RESET_STARTED = "reset_started"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"
    FACTOR_REMOVED = "factor_removed"


class MailLanguage(StrEnum):
    ENGLISH = "en"
    SPANISH = "es"
    ARABIC = "ar"


class MailRequest(Struct, frozen=True):
    """A mail that is to be sent. `person` is the id of an account, which need not exist; `facts`
    are the names that the text of this kind takes. It holds no secret: the link is made when the
    mail is sent."""

    kind: MailKind
    person: str
    language: MailLanguage = MailLanguage.ENGLISH
    facts: Mapping[str, str] = field(default_factory=dict)


class Mail(Struct, frozen=True):
    to: str
    subject: str
    text: str
    html: str


class PushSubscription(Struct, frozen=True):
    """A browser that shows alerts by web push. `endpoint` is its address at its maker's push
    service; `public` and `auth` are its keys, in base64url. If `waiting`, it also shows that
    conversations begin to wait. It ends with its session, and at `expires_at` at the latest."""

    person: str
    session: str
    token_version: int
    endpoint: str
    public: str
    auth: str
    created_at: int
    expires_at: int
    language: MailLanguage = MailLanguage.ENGLISH
    waiting: bool = False


class PushKind(StrEnum):
    """Why a person is told by web push."""

    OFFERED = "offered"
    ASSIGNED = "assigned"
    MENTIONED = "mentioned"
    MESSAGE = "message"
    WAITING = "waiting"


class PushAlert(Struct, frozen=True):
    """An alert for the browser of one session, as the queue holds it: without a word that anybody
    wrote, and without the browser's address. It is of no use after `until`."""

    kind: PushKind
    person: str
    session: str
    bot: str
    conversation_id: str
    until: int


class PushKey(Struct, frozen=True):
    """The key pair that names this installation to push services, in base64url. `private` is sealed
    if the installation has a key for it. Browsers bind their subscriptions to `public`."""

    private: str
    public: str


class PushKeyOwner(Struct, frozen=True):
    """The installation, to which the sealed private key is bound."""

    @property
    def context(self) -> dict[str, str]:
        return {"baton-push": "private-key"}
