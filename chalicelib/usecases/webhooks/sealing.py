"""Webhook secrets on their way into the table and out of it."""

from msgspec.structs import replace

from chalicelib.usecases.records.webhooks import SecretOwner, Webhook
from chalicelib.usecases.services import Services


def seal_secrets(services: Services, bot: str, webhook: Webhook) -> Webhook:
    """Seals all secrets of the webhook anew, with the present key, whether they are sealed or not.
    Leaves out replaced secrets that no longer sign."""
    owner = _owner(bot, webhook)

    def sealed(stored: str) -> str:
        return services.secret_sealer.seal(owner, services.secret_sealer.open(owner, stored))

    retiring = webhook.retiring_at(services.clock.now())
    return replace(
        webhook,
        secrets=tuple(map(sealed, webhook.secrets)),
        retiring_secrets=tuple(replace(each, secret=sealed(each.secret)) for each in retiring),
    )


def signing_secrets(services: Services, bot: str, webhook: Webhook) -> list[str]:
    """The secrets that sign now, opened."""
    owner = _owner(bot, webhook)
    stored = webhook.signing_secrets_at(services.clock.now())
    return [services.secret_sealer.open(owner, each) for each in stored]


def seal_stored_secrets(services: Services) -> tuple[int, int]:
    """Seals the secrets of all webhooks anew. Returns how many webhooks it has changed, and how
    many somebody else has changed meanwhile; those were sealed with that change."""
    changed = overtaken = 0
    for bot in services.directory.bot_ids():
        old = services.administration.webhook(bot)
        if old is None:
            continue
        if services.administration.update_webhook(bot, old, seal_secrets(services, bot, old)):
            changed += 1
        else:
            overtaken += 1
    return changed, overtaken


def _owner(bot: str, webhook: Webhook) -> SecretOwner:
    return SecretOwner(bot, webhook.active_since)
