"""A bot's webhook, which is stored in the bot's own row."""

import json

import msgspec
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.rows import BotRow
from chalicelib.usecases.records.webhooks import NATIVE_FORMAT, RetiringSecret, Webhook

ATTRIBUTES = ("url", "secrets", "since", "off", "off_at", "format", "retiring")


def webhook_of(row: BotRow) -> Webhook | None:
    if row.url is None:
        return None
    return Webhook(
        url=row.url,
        secrets=tuple(json.loads(row.secrets)),
        active_since=row.since,
        disabled_reason=row.off,
        disabled_at=row.off_at,
        format=row.format or NATIVE_FORMAT,
        retiring_secrets=_retiring_of(row),
    )


def webhook_attributes(webhook: Webhook | None) -> dict[str, object]:
    """The attributes of the row. None stands for an absent attribute."""
    if webhook is None:
        return dict.fromkeys(ATTRIBUTES)
    retiring = (
        msgspec.json.encode(webhook.retiring_secrets).decode() if webhook.retiring_secrets else None
    )
    return {
        "url": webhook.url,
        "secrets": json.dumps(webhook.secrets),
        "since": webhook.active_since,
        "off": webhook.disabled_reason,
        "off_at": webhook.disabled_at,
        "format": webhook.format,
        "retiring": retiring,
    }


def webhook_changes(old: Webhook | None, new: Webhook | None) -> list[Action]:
    """Leaves equal attributes alone, because another call may be changing them."""
    before, after = webhook_attributes(old), webhook_attributes(new)
    changes: list[Action] = []
    for name in ATTRIBUTES:
        if before[name] != after[name]:
            attribute = getattr(BotRow, name)
            value = after[name]
            changes.append(attribute.remove() if value is None else attribute.set(value))
    return changes


def _retiring_of(row: BotRow) -> tuple[RetiringSecret, ...]:
    if row.retiring is None:
        return ()
    return msgspec.json.decode(row.retiring, type=tuple[RetiringSecret, ...])
