"""One signed request to a bot's server, as https://www.standardwebhooks.com defines it."""

from msgspec import Struct

from chalicelib.usecases.ports.webhooks import Unreachable
from chalicelib.usecases.records.webhooks import Webhook, is_success
from chalicelib.usecases.services import Services
from chalicelib.usecases.webhooks.sealing import signing_secrets
from chalicelib.usecases.webhooks.signing import sign


class SendResult(Struct, frozen=True):
    """`status` is the HTTP status; None if there was no answer, then `error` says why."""

    status: int | None
    error: str | None = None

    @property
    def succeeded(self) -> bool:
        return is_success(self.status)


def send_signed(
    services: Services, bot: str, webhook: Webhook, webhook_id: str, body: bytes
) -> SendResult:
    """`webhook_id` must be the same for each attempt of one event. Each valid secret signs."""
    now, secrets = services.clock.now(), signing_secrets(services, bot, webhook)
    headers = {
        "content-type": "application/json; charset=utf-8",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(now // 1000),
        "webhook-signature": sign(secrets, webhook_id, now // 1000, body),
    }
    try:
        return SendResult(services.webhook_client.post(webhook.url, headers, body))
    except Unreachable as error:
        return SendResult(None, str(error))
