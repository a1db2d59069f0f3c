"""Sends mails with Amazon SES.

A mail has one recipient and no attachment, so the service writes the MIME parts. Its headers are
fields of the call: no text can add one.
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.people import MailRefused
from chalicelib.usecases.records.mail import Mail

REFUSALS = frozenset(
    {
        *("MessageRejected", "BadRequestException", "NotFoundException"),
        *("MailFromDomainNotVerifiedException", "AccountSuspendedException"),
        *("AccessDeniedException", "ValidationException"),
    }
)
"""The codes after which the same call would fail again. The others are faults that pass, such as
the limit of mails in a second."""
CHARSET = "UTF-8"


class SesMailer:
    """`sender` is an address of an identity that is verified in SES."""

    def __init__(self, client_factory: Callable[[], Any], sender: str) -> None:
        self._client_factory = client_factory
        self._sender = sender

    def send(self, mail: Mail) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        content = {
            "Simple": {
                "Subject": _text(mail.subject),
                "Body": {"Text": _text(mail.text), "Html": _text(mail.html)},
            }
        }
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content=content,
            )
        except (BotoCoreError, ClientError) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
            if code in REFUSALS:
                raise MailRefused(code) from error
            raise TemporarilyUnavailable("The mail service did not answer.", retry_after=1) from (
                error
            )

    @cached_property
    def _client(self) -> Any:
        return self._client_factory()


def _text(data: str) -> dict[str, str]:
    return {"Data": data, "Charset": CHARSET}
