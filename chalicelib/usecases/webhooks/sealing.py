"""Webhook secrets on their way into the table and out of it, and all stored secrets under a new
key."""

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.usecases.records.mail import PushKeyOwner
from chalicelib.usecases.records.second_factor import FactorOwner
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


class Sealed(Struct, frozen=True):
    """The numbers of secrets that were sealed anew. Others have changed `overtaken` meanwhile."""

    webhooks: int
    second_factors: int
    push_keys: int
    overtaken: int


def seal_stored_secrets(services: Services) -> Sealed:
    """Seals the secrets of all webhooks and second factors and the private key of web push anew.
    Those that somebody else changes meanwhile are sealed with that change, or the operator runs
    this again."""
    webhooks, lost = _seal_webhooks(services)
    factors, lost_too = _seal_second_factors(services)
    push_keys, lost_key = _seal_push_key(services)
    return Sealed(webhooks, factors, push_keys, lost + lost_too + lost_key)


def _seal_webhooks(services: Services) -> tuple[int, int]:
    changed = overtaken = 0
    for bot in services.directory.bot_ids():
        for old in services.administration.webhooks(bot):
            if services.administration.update_webhook(bot, old, seal_secrets(services, bot, old)):
                changed += 1
            else:
                overtaken += 1
    return changed, overtaken


def _seal_second_factors(services: Services) -> tuple[int, int]:
    changed = overtaken = 0
    for person in services.people.ids():
        old = services.second_factors.get(person)
        if old is None:
            continue
        owner, sealer = FactorOwner(person), services.secret_sealer
        sealed = sealer.seal(owner, sealer.open(owner, old.secret))
        if services.second_factors.replace(old, replace(old, secret=sealed)):
            changed += 1
        else:
            overtaken += 1
    return changed, overtaken


def _seal_push_key(services: Services) -> tuple[int, int]:
    old = services.push_subscriptions.key()
    if old is None:
        return 0, 0
    owner, sealer = PushKeyOwner(), services.secret_sealer
    sealed = sealer.seal(owner, sealer.open(owner, old.private))
    is_sealed = services.push_subscriptions.replace_key(old, replace(old, private=sealed))
    return (1, 0) if is_sealed else (0, 1)


def _owner(bot: str, webhook: Webhook) -> SecretOwner:
    return SecretOwner(bot, webhook.active_since if webhook.is_channel else webhook.id)
