"""Slack as the agents' desk: `uvicorn desk:from_environment`."""

import html
import os
import re
import sqlite3

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from baton_client import AsyncBaton, BatonError, BatonUnavailable, IllegalMove, NotFound

BUTTONS = {
    "waiting": {"claim": "Claim"},
    "agent": {"resolved": "Resolved", "rejected": "Not resolved", "release": "Back to the queue"},
    "bot": {},
}
UNCLAIMED = "Claim the conversation first. The user did not get your message."
ENDED = "This handoff has ended. The user did not get your message."
NOT_SERVED = "You do not serve the queue of this conversation."
LINK = re.compile(r"<(?:(?:mailto|tel):[^|>]*\|)?([^|>]+)(?:\|[^>]*)?>")
HISTORY = 10
"""Messages from before the request that the thread shows after the first claim."""


class Threads:
    """The thread of each handoff, in SQLite: they outlive the process."""

    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        columns = "handoff PRIMARY KEY, conversation, ts UNIQUE, title, seq, is_open DEFAULT 1"
        self.db.execute(f"CREATE TABLE IF NOT EXISTS threads ({columns})")

    def add(self, *row):
        names = "handoff, conversation, ts, title, seq"
        self.db.execute(f"INSERT INTO threads ({names}) VALUES (?, ?, ?, ?, ?)", row)

    def by(self, column, value):
        """The latest thread with this `handoff`, `conversation` or `ts`, or None."""
        query = f"SELECT * FROM threads WHERE {column} = ? ORDER BY ts DESC"
        return self.db.execute(query, (value,)).fetchone()

    def set(self, thread, column, value):
        query = f"UPDATE threads SET {column} = ? WHERE handoff = ?"
        self.db.execute(query, (value, thread["handoff"]))


def to_slack(text):
    """Slack would take `<!channel>` in a user's words as a call to everybody."""
    return html.escape(text, quote=False)


def from_slack(text):
    """Slack writes `&`, `<` and `>` as entities, and links as `<address|label>`."""
    return html.unescape(LINK.sub(r"\1", text))


def blocks(title, state, status):
    """The first message of a thread. `status` is "waiting", "agent" or "bot", as in Baton."""
    text = {"type": "plain_text", "text": f"{title[:2000]}\n{state[:500]}", "emoji": False}
    buttons = [
        {"type": "button", "action_id": name, "text": {"type": "plain_text", "text": label}}
        for name, label in BUTTONS[status].items()
    ]
    actions = [{"type": "actions", "elements": buttons}] if buttons else []
    return [{"type": "section", "text": text}, *actions]


def app(slack: AsyncWebClient, signing_secret, channel, baton: AsyncBaton, threads: Threads):
    """`/slack` is the address for Slack, and `/baton/` that of the desk's webhook."""
    # The handlers run before Slack gets its answer: if one fails, Slack sends the event again.
    bolt = AsyncApp(client=slack, signing_secret=signing_secret, process_before_response=True)
    emails = {}

    async def agent_of(user):
        """The person of Baton who has the e-mail address of this Slack user."""
        if user not in emails:
            profile = (await slack.users_info(user=user))["user"]["profile"]
            emails[user] = profile.get("email", user)
        return baton.on_behalf_of(emails[user])

    async def attempt(user, thread, act):
        """Acts as this Slack user. If Baton refuses, they alone read why."""
        try:
            await act(await agent_of(user))
        except BatonUnavailable:
            await tell(user, thread, "Baton does not answer. Please try again in a minute.")
            raise
        except BatonError as error:
            text = NOT_SERVED if isinstance(error, NotFound) else error.detail
            if any(each["field"] == "Baton-On-Behalf-Of" for each in error.errors):
                text = f"{emails[user]} is no agent of this bot in Baton. An admin can add you."
            await tell(user, thread, text)

    async def tell(user, thread, text):
        await slack.chat_postEphemeral(
            channel=channel, user=user, thread_ts=thread["ts"], text=to_slack(text)
        )

    async def write(thread, text):
        await slack.chat_postMessage(
            channel=channel, thread_ts=thread["ts"], text=to_slack(text), mrkdwn=False
        )

    async def press(ack, body):
        await ack()
        thread = threads.by("ts", body["message"]["ts"])
        name, conversation = body["actions"][0]["action_id"], thread["conversation"]

        async def act(agent):
            if name == "claim":
                await agent.claim(conversation)
            elif name == "release":
                await agent.call("POST", f"/conversations/{conversation}/release", {})
            else:
                await agent.unpause(conversation, outcome=name)

        if thread["is_open"]:  # the events of Baton change the thread's first message
            await attempt(body["user"]["id"], thread, act)

    for names in BUTTONS.values():
        for name in names:
            bolt.action(name)(press)

    @bolt.event("message")
    async def on_message(event):
        thread = threads.by("ts", event.get("thread_ts"))
        is_new = event.get("subtype") in (None, "file_share", "thread_broadcast")
        if thread is None or not is_new or "bot_id" in event:
            return
        user, text = event["user"], from_slack(event.get("text", ""))
        if event.get("files"):
            await tell(user, thread, "Files do not reach the user. Send them in Baton's console.")
        if not thread["is_open"]:
            await tell(user, thread, ENDED)
        elif text:
            message_id = f"slack-{event.get('client_msg_id') or event['ts']}"

            async def act(agent):
                try:
                    await agent.say(thread["conversation"], text, message_id=message_id)
                except IllegalMove:
                    await tell(user, thread, UNCLAIMED)

            await attempt(user, thread, act)

    async def show(thread, state, status):
        """Changes the first message of a thread."""
        text, content = f"{thread['title']} {state}", blocks(thread["title"], state, status)
        await slack.chat_update(
            channel=channel, ts=thread["ts"], text=to_slack(text), blocks=content
        )

    @baton.on("handoff.requested")
    async def on_request(event):
        facts, seq = event.data["entry"]["payload"], event.data["entry"]["seq"]
        if threads.by("handoff", facts["handoff_id"]):
            return
        queue = f" (queue {facts['queue']})" if facts["queue"] else ""
        title = (
            f"{event.user} on {event.channel} asks for a person{queue}: {facts['reason'] or '–'}"
        )
        content = blocks(title, "Nobody has it yet.", "waiting")
        sent = await slack.chat_postMessage(channel=channel, text=to_slack(title), blocks=content)
        threads.add(facts["handoff_id"], event.conversation_id, sent["ts"], title, seq)

    @baton.on("handoff.claimed", "handoff.transferred", "handoff.released", "conversation.returned")
    async def on_change(event):
        facts = event.data["entry"]["payload"]
        thread = threads.by("handoff", facts["handoff_id"])
        if thread is None:
            return
        if event.type == "conversation.returned":
            threads.set(thread, "is_open", 0)
            await show(thread, f"It has ended: {facts['outcome']}.", "bot")
        elif facts.get("owner"):
            await show(thread, f"{facts['owner']['name']} has it.", "agent")
            await show_history(thread, facts["owner"]["id"])
        else:
            await show(thread, "Nobody has it at the moment.", "waiting")

    async def show_history(thread, owner):
        """Once for each thread: what user and bot wrote before the request."""
        if thread["seq"]:
            query = f"before={thread['seq']}&limit={HISTORY}"
            path = f"/conversations/{thread['conversation']}/entries?{query}"
            entries = (await baton.on_behalf_of(owner).call("GET", path))["items"]
            lines = [
                f"{each['author']['name']}: {each['text']}" for each in entries if each["text"]
            ]
            threads.set(thread, "seq", 0)
            if lines:
                await write(thread, "\n".join(lines))

    @baton.on("user.message", "agent.message")
    async def on_words(event):
        thread, entry = threads.by("conversation", event.conversation_id), event.data["entry"]
        is_from_here = (entry["message_id"] or "").startswith("slack-")
        if thread is not None and thread["is_open"] and not is_from_here:
            await write(thread, f"{entry['author']['name']}: {event.text or entry['type']}")

    handler = AsyncSlackRequestHandler(bolt)
    slack_route = Route("/slack", handler.handle, methods=["POST"])
    return Starlette(routes=[slack_route, Mount("/baton", baton.asgi())])


def from_environment():
    read = os.environ.__getitem__
    slack = AsyncWebClient(read("SLACK_BOT_TOKEN"))
    baton = AsyncBaton(read("BATON_URL"), read("BATON_KEY"), read("BATON_WEBHOOK_SECRET"))
    threads = Threads(os.environ.get("THREADS", "threads.db"))
    return app(slack, read("SLACK_SIGNING_SECRET"), read("SLACK_CHANNEL"), baton, threads)
