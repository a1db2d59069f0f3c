"""A bot for the WhatsApp Cloud API that hands over to people: `uvicorn bot:from_environment`."""

import asyncio
import hashlib
import hmac
import json
import logging
import os

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from baton_client import AsyncBaton, BatonUnavailable, File, NotFound

CHANNEL = "whatsapp"
FAREWELL = "One moment, I ask a colleague."
FILES = ("image", "audio", "video", "document", "sticker")
GRAPH = "https://graph.facebook.com/v23.0"
log = logging.getLogger(__name__)


def my_bot(text):
    """Your bot: what it says to the user, as the arguments of `turn.say`."""
    if "size" in text:
        options = [{"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}]
        return {"type": "choice", "payload": {"text": "Which size?", "options": options}}
    return {"text": f"You said: {text}"}


class WhatsApp:
    """The calls of Meta's Graph API for one phone number. Between the attempts of a call are as
    many seconds as `waits` says."""

    def __init__(self, token, phone_number_id, graph=GRAPH, waits=(1, 4)):
        self.number, self.waits = phone_number_id, waits
        headers = {"authorization": f"Bearer {token}"}
        self.http = httpx.AsyncClient(base_url=graph, headers=headers, timeout=30)

    async def call(self, method, path, **request):
        """Repeats the call if WhatsApp has too many of them or does not work."""
        for wait in (*self.waits, None):
            answer = await self.http.request(method, path, **request)
            if wait is None or (answer.status_code != 429 and answer.status_code < 500):
                return answer.raise_for_status()
            await asyncio.sleep(float(answer.headers.get("retry-after", wait)))
        return None

    async def file(self, kind, media):
        found = (await self.call("GET", f"/{media['id']}")).json()
        content = (await self.call("GET", found["url"])).content
        mime = found["mime_type"].partition(";")[0]
        return File(media.get("filename") or f"{kind}.{mime.partition('/')[2]}", content, mime)

    async def send(self, user, kind, content):
        body = {"messaging_product": "whatsapp", "to": user, "type": kind, kind: content}
        await self.call("POST", f"/{self.number}/messages", json=body)

    async def show(self, user, text=None, type="text", payload=None):
        """Sends what the bot or an agent says."""
        payload = payload or {}
        if type == "choice":  # WhatsApp takes at most three buttons of at most 20 characters.
            buttons = [
                {"type": "reply", "reply": {"id": each["value"], "title": each["label"][:20]}}
                for each in payload["options"][:3]
            ]
            body = {"type": "button", "body": {"text": payload["text"]}}
            await self.send(user, "interactive", {**body, "action": {"buttons": buttons}})
        elif "url" in payload:
            async with httpx.AsyncClient() as http:
                content = (await http.get(payload["url"])).raise_for_status().content
            name, mime = payload.get("name", "file"), payload.get("mime", "text/plain")
            form = {"messaging_product": "whatsapp", "type": mime}
            files = {"file": (name, content, mime)}
            stored = await self.call("POST", f"/{self.number}/media", data=form, files=files)
            kind = type if type in ("image", "audio", "video") else "document"
            media = {"id": stored.json()["id"]}
            if kind != "audio" and (caption := text or payload.get("caption")):
                media["caption"] = caption
            await self.send(user, kind, media)
        elif text:
            await self.send(user, "text", {"body": text})


async def content_of(message, whatsapp):
    """The arguments of `baton.heard` for what the user sent."""
    kind = message["type"]
    content = message.get(kind, {})
    if kind in FILES:
        try:
            return {"file": await whatsapp.file(kind, content), "text": content.get("caption")}
        except httpx.HTTPStatusError as error:
            log.warning("WhatsApp gave no file: %s", error.response.status_code)
            payload = {"name": content.get("filename", kind)}
            return {"type": "file", "payload": payload, "text": content.get("caption")}
    if kind == "text":
        return {"text": content["body"]}
    if kind == "interactive":  # a button or a row of a list that the bot has sent
        reply = content[content["type"]]
        payload = {"value": reply["id"], "label": reply["title"]}
    elif kind == "button":  # a button of a template
        kind, payload = "interactive", {"value": content["payload"], "label": content["text"]}
    elif kind == "location":
        names = ("latitude", "longitude", "name", "address")
        payload = {name: content[name] for name in names if name in content}
    elif kind == "reaction":
        payload = {"of": content["message_id"], "emoji": content.get("emoji", "")}
    elif kind == "contacts":
        kind, payload = "contact", {"name": message["contacts"][0]["name"]["formatted_name"]}
    else:
        return {"text": f"[{kind}]"}
    kind = "postback" if kind == "interactive" else kind
    return {"type": kind, "payload": payload, "text": payload.get("label")}


def app(whatsapp, baton, app_secret, verify_token):
    """`/whatsapp` is the webhook for Meta, and `/baton` the one for Baton."""

    async def verify(request: Request) -> Response:
        """Meta asks this once, when you enter the address."""
        query = request.query_params
        token = query.get("hub.verify_token", "").encode()
        if hmac.compare_digest(token, verify_token.encode()):
            return PlainTextResponse(query.get("hub.challenge", ""))
        return Response(status_code=403)

    async def receive(request: Request) -> Response:
        body = await request.body()
        wanted = "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
        given = request.headers.get("x-hub-signature-256", "")
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            return Response(status_code=401)
        try:
            for entry in json.loads(body)["entry"]:
                for change in entry["changes"]:
                    await handle(change["value"])
        except BatonUnavailable:
            return Response(status_code=503)  # Meta delivers it again, for up to seven days.
        return Response()

    async def handle(value):
        names = {each["wa_id"]: each["profile"]["name"] for each in value.get("contacts", ())}
        for message in value.get("messages", ()):
            user = {"id": message["from"], "name": names.get(message["from"], "")}
            await answer(user, message["id"], await content_of(message, whatsapp))
        for status in value.get("statuses", ()):
            if status["status"] == "failed":
                await tell_agents(status)

    async def answer(user, message_id, content):
        turn = await baton.heard(CHANNEL, user, message_id=message_id, **content)
        if not turn.is_mine or content.get("type") == "reaction":
            return  # a person answers, or nobody needs to
        text = content.get("text") or "a file"
        if "human" in text:
            if await turn.hand_over(text, say=FAREWELL):
                await whatsapp.show(user["id"], FAREWELL)
            return
        reply = my_bot(text)
        if await turn.say(**reply):
            await whatsapp.show(user["id"], **reply)

    async def tell_agents(status):
        """Tells the agents that a message was not delivered, for example because the user has not
        written for 24 hours."""
        title = status.get("errors", [{}])[0].get("title", "no reason")
        log.warning("WhatsApp did not deliver %s: %s", status["id"], title)
        try:
            path = f"/conversations/lookup?channel={CHANNEL}&user={status['recipient_id']}"
            conversation_id = (await baton.call("GET", path))["id"]
        except NotFound:
            return
        message = f"WhatsApp did not deliver a message: {title}"
        body = {"message": message, "level": "warning", "conversation_id": conversation_id}
        await baton.call("POST", "/notifications", body)

    @baton.on("agent.message", "handoff.requested", "handoff.claimed", "handoff.released")
    @baton.on("handoff.transferred", "conversation.returned")
    async def on_event(event):
        if event.channel != CHANNEL:
            return
        entry = event.data.get("entry") or {}
        if event.type == "agent.message" and "url" in (entry["payload"] or {}):
            await whatsapp.show(event.user, entry["text"], entry["type"], entry["payload"])
        else:
            await whatsapp.show(event.user, event.text)

    routes = [Route("/whatsapp", verify), Route("/whatsapp", receive, methods=["POST"])]
    return Starlette(routes=[*routes, Mount("/baton", baton.asgi())])


def from_environment():
    read = os.environ.__getitem__
    whatsapp = WhatsApp(read("WHATSAPP_TOKEN"), read("WHATSAPP_PHONE_NUMBER_ID"))
    baton = AsyncBaton(read("BATON_URL"), read("BATON_KEY"), read("BATON_WEBHOOK_SECRET"))
    return app(whatsapp, baton, read("WHATSAPP_APP_SECRET"), read("WHATSAPP_VERIFY_TOKEN"))
