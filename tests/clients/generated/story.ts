// One handoff with the client that openapi-typescript and openapi-fetch make.
import createClient from "openapi-fetch";
import type { components, paths } from "./baton.js";

const [origin, key] = process.argv.slice(2) as [string, string];
const client = createClient<paths>({
  baseUrl: origin,
  headers: { authorization: `Bearer ${key}` },
});
const bot = "demo";

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`${JSON.stringify(found)} is not ${JSON.stringify(expected)}`);
  }
}

async function asAna(id: string, action: string, body: object): Promise<void> {
  const ana = ["POST", `/bots/demo/conversations/${id}/${action}`, body];
  const done = await fetch(`${origin}/control`, { method: "POST", body: JSON.stringify({ ana }) });
  same(done.status, 200);
}

const heard = await client.POST("/api/v1/bots/{bot}/messages", {
  params: { path: { bot } },
  body: { channel: "web", user: { id: "typescript" }, from: "user", text: "Hi", message_id: "m1" },
});
if (!heard.data) throw new Error(heard.error.detail);
const { conversation_id: id, epoch } = heard.data;
const conversation = { path: { bot, id } };

const paused = await client.POST("/api/v1/bots/{bot}/conversations/{id}/pause", {
  params: conversation,
  body: { reason: "asked", say: "One moment.", epoch, if_unavailable: "queue" },
});
same(paused.data?.status, "waiting");
await asAna(id, "claim", {});
await asAna(id, "messages", { text: "Can I help?" });

const late = await client.POST("/api/v1/bots/{bot}/conversations/{id}/messages", {
  params: conversation,
  body: { from: "bot", text: "Still me", message_id: "m2", epoch },
});
if (!late.error) throw new Error("The reply was accepted.");
const code: components["schemas"]["ErrorCode"] = late.error.code;
same([late.response.status, code], [409, "not_your_turn"]);

await asAna(id, "unpause", { note: "Helped" });
const gate = await client.GET("/api/v1/bots/{bot}/conversations/{id}/gate", { params: conversation });
same([gate.data?.disposition, gate.error], ["bot", undefined]);
const log = await client.GET("/api/v1/bots/{bot}/conversations/{id}/entries", {
  params: { ...conversation, query: { limit: 50 } },
});
const texts = log.data?.items.filter((entry) => entry.kind === "message").map((entry) => entry.text);
same(texts, ["Hi", "One moment.", "Can I help?"]);

// The types find mistakes.
export async function mistakes(): Promise<void> {
  // @ts-expect-error: `robot` writes no messages
  await client.POST("/api/v1/bots/{bot}/messages", { params: { path: { bot } }, body: { from: "robot" } });
  // @ts-expect-error: no error has this member
  same(late.error?.reason, undefined);
}
