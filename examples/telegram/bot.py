"""A Telegram bot that hands over to people. It needs no public address: `python bot.py`."""

import asyncio
import logging
import os

import httpx
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.error import BadRequest, Forbidden, RetryAfter
from telegram.ext import Application, CallbackQueryHandler, MessageHandler, filters

from baton_client import AsyncBaton, BatonUnavailable, File

CHANNEL = "telegram"
FAREWELL = "One moment, I ask a colleague."
APOLOGY = "I cannot answer at the moment. Please send your message again in a minute."
NAMES = {"photo": "photo.jpg", "voice": "voice.ogg", "sticker": "sticker.webp"}
TYPES = {"photo": "image/jpeg", "voice": "audio/ogg", "sticker": "image/webp"}
RICH = ("choice", "image", "audio", "video", "file")
FILES = (*NAMES, "audio", "video", "animation", "video_note", "document")
log = logging.getLogger(__name__)


def my_bot(text):
    """Your bot: what it says to the user, as the arguments of `turn.say`."""
    if "size" in text:
        options = [{"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}]
        return {"type": "choice", "payload": {"text": "Which size?", "options": options}}
    return {"text": f"You said: {text}"}


async def heard(message: Message):
    """The arguments of `baton.heard` for what the user sent."""
    if message.location:
        place = {"latitude": message.location.latitude, "longitude": message.location.longitude}
        return {"type": "location", "payload": place}
    if message.contact:
        name, phone = message.contact.first_name, message.contact.phone_number
        return {"type": "contact", "payload": {"name": name, "phone": phone}}
    kind = next((each for each in FILES if message[each]), None)
    if kind is None:
        return {"text": message.text or "[a message of a kind that this bot does not know]"}
    sent = message.photo[-1] if kind == "photo" else message[kind]
    name = getattr(sent, "file_name", None) or NAMES.get(kind, kind)
    mime = getattr(sent, "mime_type", None) or TYPES.get(kind, "video/mp4")
    try:
        # The address of a file has the bot's token in it, so Baton gets the file instead.
        content = bytes(await (await sent.get_file()).download_as_bytearray())
    except BadRequest:  # Telegram gives bots no file that is larger than 20 MB.
        payload = {"name": name, "mime": mime, "size": sent.file_size}
        return {"type": "file", "payload": payload, "text": message.caption}
    return {"file": File(name, content, mime), "text": message.caption}


async def show(bot, user, text, type="text", payload=None):
    """Sends what the bot or an agent says, and once more if Telegram asks to wait (429)."""
    try:
        await send(bot, user, text, type, payload or {})
    except RetryAfter as limit:
        await asyncio.sleep(limit.retry_after)
        await send(bot, user, text, type, payload or {})


async def send(bot, user, text, type, payload):
    if type == "choice":
        buttons = [
            [InlineKeyboardButton(each["label"], callback_data=each["value"])]
            for each in payload["options"]
        ]
        markup = InlineKeyboardMarkup(buttons)
        await bot.send_message(user, payload["text"], reply_markup=markup)
    elif type in RICH and "url" in payload:
        async with httpx.AsyncClient() as http:
            content = (await http.get(payload["url"])).raise_for_status().content
        caption, name = text or payload.get("caption"), payload.get("name", "file")
        by_type = {"image": bot.send_photo, "audio": bot.send_audio, "video": bot.send_video}
        await by_type.get(type, bot.send_document)(user, content, caption=caption, filename=name)
    elif text:
        await bot.send_message(user, text)


def connect(application: Application, baton: AsyncBaton):
    """Joins a bot and Baton: the user's messages go one way, and agents' messages the other."""
    bot = application.bot
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs addresses with the token in them

    async def answer(update: Update, message_id, text, **content):
        chat, user = update.effective_chat, update.effective_user
        profile = {"id": chat.id, "name": user.full_name}
        try:
            turn = await baton.heard(CHANNEL, profile, message_id=message_id, text=text, **content)
            if not turn.is_mine or update.edited_message:
                return  # a person answers, or nobody needs to
            if "human" in (text or ""):
                if await turn.hand_over(text, say=FAREWELL):
                    await show(bot, chat.id, FAREWELL)
                return
            reply = my_bot(text or "a file")
            if await turn.say(**reply):
                await show(bot, chat.id, **({"text": None} | reply))
        except BatonUnavailable:
            await bot.send_message(chat.id, APOLOGY)

    async def on_message(update: Update, context):
        content = {"text": None} | await heard(update.message)
        await answer(update, update.message.message_id, **content)

    async def on_edit(update: Update, context):
        message = update.edited_message
        edit = {"of": str(message.message_id), "text": message.text or message.caption or ""}
        message_id = f"{message.message_id}-{message.edit_date.timestamp():.0f}"
        await answer(update, message_id, edit["text"], type="edit", payload=edit)

    async def on_button(update: Update, context):
        query = update.callback_query
        await query.answer()
        rows = query.message.reply_markup.inline_keyboard if query.message else ()
        labels = {each.callback_data: each.text for row in rows for each in row}
        payload = {"value": query.data, "label": labels.get(query.data, query.data)}
        await answer(update, query.id, payload["label"], type="postback", payload=payload)

    private = filters.ChatType.PRIVATE
    new, edited = filters.UpdateType.MESSAGE, filters.UpdateType.EDITED_MESSAGE
    application.add_handler(MessageHandler(private & new, on_message))
    application.add_handler(MessageHandler(private & edited, on_edit))
    application.add_handler(CallbackQueryHandler(on_button))

    @baton.on("agent.message", "handoff.requested", "handoff.claimed", "handoff.released")
    @baton.on("handoff.transferred", "conversation.returned")
    async def on_event(event):
        if event.channel != CHANNEL:
            return
        entry = event.data.get("entry") or {}
        try:
            if event.type == "agent.message" and entry["type"] in RICH:
                await show(bot, event.user, entry["text"], entry["type"], entry["payload"])
            else:
                await show(bot, event.user, event.text)
        except Forbidden:
            log.warning("The user of %s has blocked the bot.", event.conversation_id)


async def run(application: Application, baton: AsyncBaton):
    """Runs until it is cancelled or `baton.stop()` is called."""
    connect(application, baton)
    async with application:
        await application.start()
        await application.updater.start_polling(allowed_updates=Update.ALL_TYPES)
        try:
            await baton.listen()
        finally:
            await application.updater.stop()
            await application.stop()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    application = Application.builder().token(os.environ["TELEGRAM_TOKEN"]).build()
    asyncio.run(run(application, AsyncBaton(os.environ["BATON_URL"], os.environ["BATON_KEY"])))
