"""A bot's webhooks, which are stored in the bot's own row: every call has read it anyway.

Each attribute of the channel's webhook is an attribute of the row. The other webhooks are one
attribute, so a write of them checks that nobody else has written them since.
"""

import json
from collections.abc import Callable

import msgspec
from msgspec.structs import replace
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.errors import unavailable
from chalicelib.adapters.dynamodb.rows import BotRow
from chalicelib.adapters.dynamodb.table import ROUNDS, Rows
from chalicelib.usecases.records.webhooks import NATIVE_FORMAT, RetiringSecret, Webhook

ATTRIBUTES = ("url", "secrets", "since", "off", "off_at", "format", "retiring", "events")
Others = tuple[Webhook, ...]


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
        events=None if row.events is None else json.loads(row.events),
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
        "events": None if webhook.events is None else json.dumps(webhook.events),
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


def others_of(row: BotRow) -> Others:
    if row.other_webhooks is None:
        return ()
    return msgspec.json.decode(row.other_webhooks, type=Others)


def others_text(others: Others) -> str | None:
    return msgspec.json.encode(others).decode() if others else None


def update_other(rows: Rows, bot: str, old: Webhook | None, new: Webhook | None) -> bool:
    """As the port's `update_webhook`, for a webhook that is not the channel."""
    id_ = new.id if new else (old.id if old else "")

    def change(others: Others) -> Others | None:
        stored = next((each for each in others if each.id == id_), None)
        if stored == new:
            return others
        if _fixed(stored) != _fixed(old):
            return None
        if new is None:
            return tuple(each for each in others if each is not stored)
        if stored is None or old is None:
            return (*others, new)
        changed = new
        if new.disabled_reason == old.disabled_reason:
            changed = replace(
                new, disabled_reason=stored.disabled_reason, disabled_at=stored.disabled_at
            )
        return tuple(changed if each is stored else each for each in others)

    return _rewrite(rows, bot, change)


def disable_other(rows: Rows, bot: str, webhook: str, reason: str, now: int) -> None:
    def disabled(each: Webhook) -> Webhook:
        if each.id != webhook or not each.is_enabled:
            return each
        return replace(each, disabled_reason=reason, disabled_at=now)

    _rewrite(rows, bot, lambda others: tuple(map(disabled, others)))


def _rewrite(rows: Rows, bot: str, change: Callable[[Others], Others | None]) -> bool:
    """False if there is no such bot, or if `change` returns None."""
    for _ in range(ROUNDS):
        row = rows.get(BotRow, keys.bot_row(bot))
        before = others_of(row) if row else ()
        after = change(before) if row else None
        if row is None or after is None:
            return False
        if after == before:
            return True
        stored, text = BotRow.other_webhooks, others_text(after)
        unchanged = BotRow.pk.exists() & (
            stored.does_not_exist() if row.other_webhooks is None else stored == row.other_webhooks
        )
        written = stored.remove() if text is None else stored.set(text)
        if rows.update(BotRow.at(keys.bot_row(bot)), [written], unchanged):
            return True
    raise unavailable()


def _fixed(webhook: Webhook | None) -> tuple[object, ...]:
    return (webhook.url, webhook.secrets) if webhook else ()


def _retiring_of(row: BotRow) -> tuple[RetiringSecret, ...]:
    if row.retiring is None:
        return ()
    return msgspec.json.decode(row.retiring, type=tuple[RetiringSecret, ...])
