"""The row of a bot, and its pointer row in the list of all bots."""

import msgspec

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.directory.webhooks import (
    others_of,
    others_text,
    webhook_attributes,
    webhook_of,
)
from chalicelib.adapters.dynamodb.rows import BotRow, PointerRow
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.usecases.records.bots import Bot


def bot_pointer(bot: str) -> PointerRow:
    return PointerRow.at(keys.RowKey(keys.ALL_BOTS, keys.part(bot)), id=bot)


def tombstone(bot: str) -> PointerRow:
    """Stays for ever, so that nobody gets the id of a removed bot, and with it its rows."""
    return PointerRow.at(keys.removed_bot(bot), id=bot)


def bot_row(bot: Bot) -> BotRow:
    return BotRow.at(
        keys.bot_row(bot.id),
        id=bot.id,
        name=bot.name,
        settings=settings_text(bot.settings),
        is_closing=bot.is_closing or None,
        other_webhooks=others_text(bot.other_webhooks),
        **webhook_attributes(bot.webhook),
    )


def settings_text(settings: BotSettings) -> str:
    return msgspec.json.encode(settings).decode()


def bot_of(row: BotRow | None) -> Bot | None:
    if row is None:
        return None
    settings = BotSettings()
    if row.settings is not None:
        settings = msgspec.json.decode(row.settings, type=BotSettings)
    closing, others = bool(row.is_closing), others_of(row)
    return Bot(row.id, row.name, webhook_of(row), settings, closing, others)
