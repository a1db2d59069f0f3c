"""Baton for a bot of the Bot Framework: middleware for what users and the bot say, and the events
`handoff.initiate` and `handoff.status`, as Microsoft's handoff protocol names them."""

import httpx
from botbuilder.core import Middleware, TurnContext
from botbuilder.schema import Activity, ActivityTypes, Attachment, ConversationReference
from botframework.connector.auth import AuthenticationConstants, ClaimsIdentity

from baton_client import BatonUnavailable, File

INITIATE, STATUS = "handoff.initiate", "handoff.status"
STATES = {
    "handoff.claimed": "accepted",
    "handoff.transferred": "accepted",
    "conversation.returned": "completed",
}
APOLOGY = "I cannot answer at the moment. Please send your message again in a minute."


class HandoffMiddleware(Middleware):
    """Records what the user says, and stops the bot's turn unless it is the bot's.

    `storage` keeps where to reach each user: use the one that keeps your bot's state.
    """

    def __init__(self, baton, storage):
        self.baton, self.storage = baton, storage

    async def on_turn(self, context: TurnContext, logic):
        activity = context.activity
        if activity.type != ActivityTypes.message:
            return await logic()
        await self._remember(context)
        user = {"id": activity.from_property.id, "name": activity.from_property.name or ""}
        thread, message_id = activity.conversation.id, activity.id
        content = said(activity)
        if activity.attachments:
            content |= await downloaded(activity.attachments[0])
        try:
            turn = await self.baton.heard(
                activity.channel_id, user, thread=thread, message_id=message_id, **content
            )
        except BatonUnavailable:
            return await context.send_activity(APOLOGY)
        if not turn.is_mine:
            return None  # a person answers
        context.on_send_activities(_Recorder(turn).record)
        return await logic()

    async def _remember(self, context):
        reference = TurnContext.get_conversation_reference(context.activity)
        key = key_of(context.activity.channel_id, context.activity.conversation.id)
        await self.storage.write({key: {"reference": reference.serialize(), "e_tag": "*"}})


class _Recorder:
    def __init__(self, turn):
        self.turn = turn

    async def record(self, context, activities, next_send):
        """Records what the bot sends, and takes out what it may not say.

        The list has to be changed in place: this SDK sends it whether `next_send` is called or not.
        """
        try:
            activities[:] = [each for each in activities if await self._may_go(each)]
        except BatonUnavailable:
            first = activities[0]
            first.type, first.text, first.attachments = ActivityTypes.message, APOLOGY, None
            activities[:] = [first]
        await next_send()

    async def _may_go(self, activity):
        if activity.type == ActivityTypes.event and activity.name == INITIATE:
            facts = dict(activity.value or {})
            reason, farewell = facts.pop("Skill", None), facts.pop("say", None)
            handed_over = await self.turn.hand_over(reason, say=farewell, context=facts or None)
            if handed_over and farewell:
                activity.type, activity.text = ActivityTypes.message, farewell
                activity.name = activity.value = None
                return True
            return False  # Baton has the request; the channel needs no event.
        if activity.type != ActivityTypes.message:
            return True  # for example `typing`
        return await self.turn.say(**said(activity))


def said(activity):
    """The content of a message, as the arguments of `baton.heard` and `turn.say`."""
    if activity.attachments:
        first = activity.attachments[0]
        kind = first.content_type.partition("/")[0]
        kind = kind if kind in ("image", "audio", "video") else "file"
        payload = {"name": first.name or kind, "mime": first.content_type}
        if (first.content_url or "").startswith("https://"):
            payload["url"] = first.content_url
        return {"type": kind, "payload": payload, "text": activity.text or None}
    if activity.value and not activity.text:
        return {"type": "postback", "payload": {"value": str(activity.value)}}
    return {"text": activity.text or "[empty]"}


async def downloaded(attachment):
    """The file, as an argument of `baton.heard`, because its address may have a secret in it."""
    name, mime = attachment.name or "file", attachment.content_type
    try:
        async with httpx.AsyncClient() as http:
            answer = (await http.get(attachment.content_url or "")).raise_for_status()
    except (httpx.HTTPError, ValueError):  # Teams, for example, wants a token of the bot.
        return {"type": "file", "payload": {"name": name, "mime": mime}}
    return {"file": File(name, answer.content, mime), "type": None, "payload": None}


def initiate(reason, say=None, **facts):
    """The event with which a bot asks for a person: `await context.send_activity(initiate(…))`."""
    value = {"Skill": reason, "say": say, **facts}
    value = {name: each for name, each in value.items() if each is not None}
    return Activity(type=ActivityTypes.event, name=INITIATE, value=value)


def connect(baton, adapter, storage, bot_id, on_turn):
    """Sends the user what people write, and gives the bot the event `handoff.status`."""
    claims = dict.fromkeys(
        (AuthenticationConstants.AUDIENCE_CLAIM, AuthenticationConstants.APP_ID_CLAIM), bot_id
    )
    identity = ClaimsIdentity(claims, is_authenticated=True)

    @baton.on("agent.message", "handoff.requested", "handoff.released", *STATES)
    async def on_event(event):
        key = key_of(event.channel, event.thread)
        found = (await storage.read([key])).get(key)
        if found is None:
            return  # a conversation of another channel
        reference = ConversationReference.deserialize(found["reference"])

        async def tell(context: TurnContext):
            for activity in shown(event):
                await context.send_activity(activity)
            if event.type in STATES:
                status = {"state": STATES[event.type], "message": event.data.get("outcome")}
                context.activity.type = ActivityTypes.event
                context.activity.name, context.activity.value = STATUS, status
                await on_turn(context)

        await adapter.continue_conversation(reference, tell, claims_identity=identity)


def shown(event):
    """The text that the user sees of an event."""
    payload = (event.data.get("entry") or {}).get("payload") or {}
    if event.type == "agent.message" and "url" in payload:
        file = {"content_type": payload["mime"], "content_url": payload["url"]}
        file = Attachment(**file, name=payload.get("name"))
        text = event.data["entry"]["text"] or payload.get("caption")
        return [Activity(type=ActivityTypes.message, text=text, attachments=[file])]
    return [Activity(type=ActivityTypes.message, text=event.text)] if event.text else []


def key_of(channel, conversation_id):
    return f"baton/{channel}/{conversation_id}"
