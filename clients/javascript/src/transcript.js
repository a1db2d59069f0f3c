/** The log of a conversation, as a chat. */

/**
 * `name` is the name of the person who wrote it; the bot's messages have none.
 *
 * @typedef {{role: "user" | "assistant", content: string, name?: string, at: string}} ChatMessage
 */

/** `entries` are as Baton returns them, in the order of the log. */
export class Transcript {
  /** @param {string} conversationId @param {Record<string, any>[]} entries */
  constructor(conversationId, entries) {
    this.conversationId = conversationId;
    this.entries = entries;
  }

  /**
   * What user, bot and agents wrote. Bot and agents are `assistant`, told apart by `name`.
   *
   * @returns {ChatMessage[]}
   */
  asChat() {
    return this.entries.filter((entry) => entry.kind === "message").map(message);
  }

  /** One line for each message, for people. */
  asText() {
    return this.asChat().map((each) => `${each.name ?? each.role}: ${each.content}`).join("\n");
  }
}

/** @param {Record<string, any>} entry @returns {ChatMessage} */
function message(entry) {
  const name = entry.from === "bot" ? undefined : entry.author.name;
  return {
    role: entry.from === "user" ? "user" : "assistant",
    content: contentOf(entry),
    ...(name ? { name } : {}),
    at: entry.at,
  };
}

/**
 * The text of a message. Other types are named in brackets, for example `[image] My cat`.
 *
 * @param {Record<string, any>} entry
 */
export function contentOf(entry) {
  const text = entry.text || textIn(entry.payload ?? {});
  if ([null, undefined, "text", "postback"].includes(entry.type)) return text;
  return `[${entry.type}] ${text}`.trimEnd();
}

/** @param {Record<string, any>} payload @returns {string} */
function textIn(payload) {
  const fields = ["text", "caption", "label", "title", "name", "value"];
  const found = fields.map((field) => payload[field]);
  return found.find((value) => typeof value === "string" && value) ?? "";
}
