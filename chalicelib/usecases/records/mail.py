"""Mails to people about their own accounts."""

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
