"""A bridge between your channel and Rasa, which asks Baton who answers.

It speaks as Rasa does: `/webhook` takes what Rasa's REST channel takes, and agents' messages are
posted to your channel as Rasa's callback channel does.
"""

import hmac
import os

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from baton_client import AsyncBaton, BatonUnavailable

CHANNEL = "rasa"
APOLOGY = "I cannot answer at the moment. Please send your message again in a minute."


def heard(body):
    """The arguments of `baton.heard` for what the user sent."""
    text = str(body["message"])
    if text.startswith("/"):  # the payload of a button
        return {"type": "postback", "payload": {"value": text}}
    return {"text": text}


def said(reply):
    """A message of Rasa, as the arguments of `turn.say`."""
    if reply.get("buttons"):
        options = [{"label": each["title"], "value": each["payload"]} for each in reply["buttons"]]
        return {"type": "choice", "payload": {"text": reply.get("text", ""), "options": options}}
    if reply.get("image"):
        return {"type": "image", "payload": {"url": reply["image"]}, "text": reply.get("text")}
    if reply.get("text"):
        return {"text": reply["text"]}
    return {"type": "custom", "payload": reply.get("custom") or {}}


def app(rasa_url, callback_url, baton, token):
    """`callback_url` is where your channel takes agents' messages."""
    http = httpx.AsyncClient(timeout=30)

    async def receive(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return Response(status_code=401)
        body = await request.json()
        try:
            return JSONResponse([each async for each in replies(body)])
        except BatonUnavailable:
            return JSONResponse([{"recipient_id": body["sender"], "text": APOLOGY}])

    async def replies(body):
        user, message_id = body["sender"], (body.get("metadata") or {}).get("message_id")
        turn = await baton.heard(CHANNEL, user, message_id=message_id, **heard(body))
        if not turn.is_mine:
            return  # a person answers
        asked = {"sender": user, "message": body["message"], "metadata": body.get("metadata")}
        answer = await http.post(f"{rasa_url}/webhooks/rest/webhook", json=asked)
        for reply in answer.raise_for_status().json():
            request = (reply.get("custom") or {}).get("handover")
            if request is not None:
                if await turn.hand_over(**request) and request.get("say"):
                    yield {"recipient_id": user, "text": request["say"]}
            elif await turn.say(**said(reply)):
                yield reply

    @baton.on("agent.message", "handoff.requested", "handoff.claimed", "handoff.released")
    @baton.on("handoff.transferred", "conversation.returned")
    async def on_event(event):
        if event.channel != CHANNEL:
            return
        entry = event.data.get("entry") or {}
        message = {"recipient_id": event.user, "text": event.text}
        if event.type == "agent.message" and "url" in (entry["payload"] or {}):
            field = "image" if entry["type"] == "image" else "attachment"
            message[field] = entry["payload"]["url"]
        if event.text:
            (await http.post(callback_url, json=message)).raise_for_status()

    routes = [Route("/webhook", receive, methods=["POST"]), Mount("/baton", baton.asgi())]
    return Starlette(routes=routes)


def from_environment():
    read = os.environ.__getitem__
    baton = AsyncBaton(read("BATON_URL"), read("BATON_KEY"), read("BATON_WEBHOOK_SECRET"))
    return app(read("RASA_URL"), read("CALLBACK_URL"), baton, read("BRIDGE_TOKEN"))
