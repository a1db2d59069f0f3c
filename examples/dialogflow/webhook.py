"""A webhook for Dialogflow CX that asks Baton who answers.

Dialogflow calls it with a tag. `turn` records what the user said and what Dialogflow is about to
say, and takes the words away if a person answers. `hand_over` asks for a person.
"""

import hmac
import os

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from baton_client import AsyncBaton, BatonUnavailable

CHANNEL = "dialogflow"
APOLOGY = "I cannot answer at the moment. Please say it again in a minute."
FAREWELL = "One moment, I ask a colleague."


def answer(status, *messages):
    """`$session.params.baton` gets the status, so that routes of your flow can depend on it. The
    messages replace those that wait to be sent."""
    response = {"messages": list(messages), "mergeBehavior": "REPLACE"}
    return {"sessionInfo": {"parameters": {"baton": status}}, "fulfillmentResponse": response}


def text_message(text):
    return {"text": {"text": [text]}}


def content_of(message):
    """One of the messages that Dialogflow is about to send, as the arguments of `turn.say`."""
    words = " ".join(message.get("text", {}).get("text", ()))
    if words:
        return {"text": words}
    return {"type": "custom", "payload": message.get("payload", message)}


def said_by_user(request):
    """The arguments of `baton.heard` for what the user said."""
    text = request.get("text") or request.get("transcript")
    if text:
        return {"text": text}
    return {"type": "event", "payload": {"name": request.get("triggerEvent", "unknown")}}


def app(baton, channel_url, token):
    """`channel_url` is where your channel takes agents' messages."""
    http = httpx.AsyncClient()

    async def receive(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return Response(status_code=401)
        body = await request.json()
        act = TAGS.get(body["fulfillmentInfo"]["tag"])
        if act is None:
            return JSONResponse({"error": f"The tags are {', '.join(TAGS)}."}, status_code=400)
        user = body["sessionInfo"]["session"].rpartition("/")[2]
        try:
            # Dialogflow makes one id for each message of the user.
            message_id = body["detectIntentResponseId"]
            turn = await baton.heard(CHANNEL, user, message_id=message_id, **said_by_user(body))
            return JSONResponse(await act(turn, body))
        except BatonUnavailable:
            return JSONResponse(answer("unavailable", text_message(APOLOGY)))

    async def take_turn(turn, body):
        waiting = body.get("messages", ())
        allowed = [each for each in waiting if await turn.say(**content_of(each))]
        return answer(turn.status, *allowed)

    async def hand_over(turn, body):
        parameters = body["sessionInfo"].get("parameters") or None
        reason = body.get("text") or body["fulfillmentInfo"]["tag"]
        if not await turn.hand_over(reason, say=FAREWELL, context=parameters):
            return answer(turn.status)
        live = {"liveAgentHandoff": {"metadata": {"conversation_id": turn.conversation_id}}}
        return answer(turn.status, text_message(FAREWELL), live)

    TAGS = {"turn": take_turn, "hand_over": hand_over}

    @baton.on("agent.message", "handoff.requested", "handoff.claimed", "handoff.released")
    @baton.on("handoff.transferred", "conversation.returned")
    async def on_event(event):
        if event.channel == CHANNEL and event.text:
            message = {"session": event.user, "type": event.type, "text": event.text}
            (await http.post(channel_url, json=message)).raise_for_status()

    routes = [Route("/dialogflow", receive, methods=["POST"]), Mount("/baton", baton.asgi())]
    return Starlette(routes=routes)


def from_environment():
    read = os.environ.__getitem__
    baton = AsyncBaton(read("BATON_URL"), read("BATON_KEY"), read("BATON_WEBHOOK_SECRET"))
    return app(baton, read("CHANNEL_URL"), read("DIALOGFLOW_TOKEN"))
