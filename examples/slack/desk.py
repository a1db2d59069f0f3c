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
NO_FILES = "Files do not reach the user. Send them in Baton's console."
NOT_SERVED = "You do not serve the queue of this conversation."
LINK = re.compile(r"<(?:(?:mailto|tel):[^|>]*\|)?([^|>]+)(?:\|[^>]*)?>")
CHANGES = (
    "handoff.claimed",
    "handoff.transferred",
    "handoff.released",
    "conversation.returned",
)
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


class People:
    """The people of Slack, who act in Baton under their e-mail addresses."""

    def __init__(self, slack: AsyncWebClient, channel, baton: AsyncBaton):
        self.slack, self.channel, self.baton = slack, channel, baton
        self.emails = {}

    async def attempt(self, user, thread, act):
        """Acts as this Slack user. If Baton refuses, they alone read why."""
        try:
            await act(self.baton.on_behalf_of(await self.email(user)))
        except BatonUnavailable:
            await self.tell(user, thread, "Baton does not answer. Please try again in a minute.")
            raise
        except BatonError as error:
            text = NOT_SERVED if isinstance(error, NotFound) else error.detail
            if any(each["field"] == "Baton-On-Behalf-Of" for each in error.errors):
                email = self.emails[user]
                text = f"{email} is no agent of this bot in Baton. An admin can add you."
            await self.tell(user, thread, text)

    async def email(self, user):
        if user not in self.emails:
            profile = (await self.slack.users_info(user=user))["user"]["profile"]
            self.emails[user] = profile.get("email", user)
        return self.emails[user]

    async def tell(self, user, thread, text):
        await self.slack.chat_postEphemeral(
            channel=self.channel, user=user, thread_ts=thread["ts"], text=to_slack(text)
        )


class FromSlack:
    """Brings what people press and write in the threads to Baton."""

    def __init__(self, people: People, threads: Threads):
        self.people, self.threads = people, threads

    def listen(self, bolt: AsyncApp):
        for names in BUTTONS.values():
            for name in names:
                bolt.action(name)(self.on_press)
        bolt.event("message")(self.on_message)

    async def on_press(self, ack, body):
        await ack()
        thread = self.threads.by("ts", body["message"]["ts"])
        name, conversation = body["actions"][0]["action_id"], thread["conversation"]

        async def act(agent):
            if name == "claim":
                await agent.claim(conversation)
            elif name == "release":
                await agent.call("POST", f"/conversations/{conversation}/release", {})
            else:
                await agent.unpause(conversation, outcome=name)

        if thread["is_open"]:  # the events of Baton change the thread's first message
            await self.people.attempt(body["user"]["id"], thread, act)

    async def on_message(self, event):
        thread = self.threads.by("ts", event.get("thread_ts"))
        is_new = event.get("subtype") in (None, "file_share", "thread_broadcast")
        if thread is None or not is_new or "bot_id" in event:
            return
        user, text = event["user"], from_slack(event.get("text", ""))
        if event.get("files"):
            await self.people.tell(user, thread, NO_FILES)
        if not thread["is_open"]:
            await self.people.tell(user, thread, ENDED)
        elif text:
            message_id = f"slack-{event.get('client_msg_id') or event['ts']}"

            async def act(agent):
                try:
                    await agent.say(thread["conversation"], text, message_id=message_id)
                except IllegalMove:
                    await self.people.tell(user, thread, UNCLAIMED)

            await self.people.attempt(user, thread, act)


class ToSlack:
    """Brings Baton's events to the threads."""

    def __init__(self, slack: AsyncWebClient, channel, baton: AsyncBaton, threads: Threads):
        self.slack, self.channel, self.baton, self.threads = slack, channel, baton, threads

    def listen(self):
        self.baton.on("handoff.requested")(self.on_request)
        self.baton.on(*CHANGES)(self.on_change)
        self.baton.on("user.message", "agent.message")(self.on_words)

    async def on_request(self, event):
        facts, seq = event.data["entry"]["payload"], event.data["entry"]["seq"]
        if self.threads.by("handoff", facts["handoff_id"]):
            return
        queue = f" (queue {facts['queue']})" if facts["queue"] else ""
        reason = facts["reason"] or "–"
        title = f"{event.user} on {event.channel} asks for a person{queue}: {reason}"
        content = blocks(title, "Nobody has it yet.", "waiting")
        sent = await self.slack.chat_postMessage(
            channel=self.channel, text=to_slack(title), blocks=content
        )
        self.threads.add(facts["handoff_id"], event.conversation_id, sent["ts"], title, seq)

    async def on_change(self, event):
        facts = event.data["entry"]["payload"]
        thread = self.threads.by("handoff", facts["handoff_id"])
        if thread is None:
            return
        if event.type == "conversation.returned":
            self.threads.set(thread, "is_open", 0)
            await self.show(thread, f"It has ended: {facts['outcome']}.", "bot")
        elif facts.get("owner"):
            await self.show(thread, f"{facts['owner']['name']} has it.", "agent")
            await self.show_history(thread, facts["owner"]["id"])
        else:
            await self.show(thread, "Nobody has it at the moment.", "waiting")

    async def on_words(self, event):
        thread = self.threads.by("conversation", event.conversation_id)
        entry = event.data["entry"]
        is_from_here = (entry["message_id"] or "").startswith("slack-")
        if thread is not None and thread["is_open"] and not is_from_here:
            await self.write(thread, f"{entry['author']['name']}: {event.text or entry['type']}")

    async def show(self, thread, state, status):
        """Changes the first message of a thread."""
        text, content = f"{thread['title']} {state}", blocks(thread["title"], state, status)
        await self.slack.chat_update(
            channel=self.channel, ts=thread["ts"], text=to_slack(text), blocks=content
        )

    async def show_history(self, thread, owner):
        """Writes once into each thread what user and bot wrote before the request."""
        if not thread["seq"]:
            return
        query = f"before={thread['seq']}&limit={HISTORY}"
        path = f"/conversations/{thread['conversation']}/entries?{query}"
        entries = (await self.baton.on_behalf_of(owner).call("GET", path))["items"]
        lines = [f"{each['author']['name']}: {each['text']}" for each in entries if each["text"]]
        self.threads.set(thread, "seq", 0)
        if lines:
            await self.write(thread, "\n".join(lines))

    async def write(self, thread, text):
        await self.slack.chat_postMessage(
            channel=self.channel, thread_ts=thread["ts"], text=to_slack(text), mrkdwn=False
        )


def app(slack: AsyncWebClient, signing_secret, channel, baton: AsyncBaton, threads: Threads):
    """`/slack` is the address for Slack, and `/baton/` that of the desk's webhook."""
    # The handlers run before Slack gets its answer: if one fails, Slack sends the event again.
    bolt = AsyncApp(client=slack, signing_secret=signing_secret, process_before_response=True)
    FromSlack(People(slack, channel, baton), threads).listen(bolt)
    ToSlack(slack, channel, baton, threads).listen()
    handler = AsyncSlackRequestHandler(bolt)
    slack_route = Route("/slack", handler.handle, methods=["POST"])
    return Starlette(routes=[slack_route, Mount("/baton", baton.asgi())])


def from_environment():
    read = os.environ.__getitem__
    slack = AsyncWebClient(read("SLACK_BOT_TOKEN"))
    baton = AsyncBaton(read("BATON_URL"), read("BATON_KEY"), read("BATON_WEBHOOK_SECRET"))
    threads = Threads(os.environ.get("THREADS", "threads.db"))
    return app(slack, read("SLACK_SIGNING_SECRET"), read("SLACK_CHANNEL"), baton, threads)
