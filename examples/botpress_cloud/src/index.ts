// Baton behind the interface `hitl` of Botpress Cloud: the plugin HITL stops the bot, and Baton
// brings the user to a person.
import { Baton, BatonError, WebhookRefused, type WebhookEvent } from "@baton/client";
import { RuntimeError } from "@botpress/sdk";
import * as bp from ".botpress";

const CHANNEL = "botpress";
const SUMMARY = 4000; // characters that Baton takes

type Show = (client: bp.Client, event: WebhookEvent, conversationId: string) => Promise<unknown>;

function batonOf({ configuration }: bp.Context): Baton {
  return new Baton(configuration.url, configuration.key, configuration.webhookSecret);
}

/** Botpress shows the message of a RuntimeError, and no other. */
async function called<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof BatonError) throw new RuntimeError(`Baton: ${error.message}`);
    throw error;
  }
}

/** A repeated request changes nothing, so the user keeps one conversation for all handoffs. */
const startHitl: bp.IntegrationProps["actions"]["startHitl"] = async ({ ctx, client, input }) => {
  const { user } = await client.getUser({ id: input.userId });
  const history = (input.messageHistory ?? []).map(
    ({ source, payload }) => `${source.type}: ${payload.text ?? JSON.stringify(payload)}`,
  );
  const head = await called(
    batonOf(ctx).call("POST", "/pause", {
      channel: CHANNEL,
      user: { id: input.userId, ...(user.name && { name: user.name }) },
      reason: input.title,
      summary: [input.description, ...history].filter(Boolean).join("\n").slice(-SUMMARY) || null,
    }),
  );
  const { conversation } = await client.getOrCreateConversation({
    channel: "hitl",
    tags: { id: head.id },
  });
  return { conversationId: conversation.id };
};

/** The user has left, or nobody has come in time. Baton then tells the agents. */
const stopHitl: bp.IntegrationProps["actions"]["stopHitl"] = async ({ ctx, client, input }) => {
  const { conversation } = await client.getConversation({ id: input.conversationId });
  const outcome = input.reason === "timeout" ? "expired" : "user_left";
  await called(batonOf(ctx).unpause(conversation.tags.id!, { outcome }));
  return {};
};

const createUser: bp.IntegrationProps["actions"]["createUser"] = async ({ client, input }) => {
  const { name, pictureUrl, email } = input;
  const { user } = await client.createUser({ name, pictureUrl, tags: email ? { email } : {} });
  return { userId: user.id };
};

/** What the user writes. The plugin names the user; what it says by itself has none. */
const text: bp.IntegrationProps["channels"]["hitl"]["messages"]["text"] = async (props) => {
  const { ctx, conversation, message, payload, ack } = props;
  const said = payload.userId
    ? { text: payload.text }
    : { type: "event", payload: { name: payload.text } };
  const path = `/conversations/${conversation.tags.id}/messages`;
  const body = { from: "user", message_id: message.id, ...said };
  const { seq } = await called(batonOf(ctx).call("POST", path, body));
  await ack({ tags: { id: String(seq) } });
};

async function agentOf(client: bp.Client, event: WebhookEvent): Promise<string> {
  const { author, payload } = event.data.entry;
  const { id, name } = payload?.owner ?? author;
  const { user } = await client.getOrCreateUser({ name, tags: { agent: id } });
  return user.id;
}

const assigned: Show = async (client, event, conversationId) =>
  client.createEvent({
    type: "hitlAssigned",
    payload: { conversationId, userId: await agentOf(client, event) },
  });

/** Baton delivers an event again if the answer was lost. The same tag makes no second message. */
const said: Show = async (client, event, conversationId) =>
  client.getOrCreateMessage({
    conversationId,
    userId: await agentOf(client, event),
    type: "text",
    payload: { text: [event.text, event.data.entry.payload?.url].filter(Boolean).join("\n") },
    tags: { id: event.id },
    discriminateByTags: ["id"],
  });

const stopped: Show = (client, _event, conversationId) =>
  client.createEvent({ type: "hitlStopped", payload: { conversationId } });

const SHOWN: Record<string, Show> = {
  "agent.message": said,
  "handoff.claimed": assigned,
  "handoff.transferred": assigned,
  "conversation.returned": stopped,
};

export default new bp.Integration({
  register: async ({ ctx }) => void (await called(batonOf(ctx).availability())),
  unregister: async () => {},
  actions: { createUser, startHitl, stopHitl },
  channels: { hitl: { messages: { text } } },
  handler: async ({ ctx, client, req }) => {
    let event: WebhookEvent;
    try {
      event = await batonOf(ctx).verify(req.headers, req.body ?? "");
    } catch (error) {
      if (error instanceof WebhookRefused) return { status: 401, body: error.message };
      throw error;
    }
    const show = SHOWN[event.type];
    if (show && event.channel === CHANNEL) {
      const tags = { id: event.conversationId };
      const { conversation } = await client.getOrCreateConversation({ channel: "hitl", tags });
      await show(client, event, conversation.id);
    }
    return { status: 204 };
  },
});
