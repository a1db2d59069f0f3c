// @ts-check
// Ready code that connects a bot, with its address and key filled in. Pure.

/** @typedef {{url: string, key: string, bot: string, queue: string | null}} Values `url` is the bot's address in the API */

const USER = { channel: "web", user: { id: "test-user", name: "Test user" }, from: "user", text: "I want to talk to a person." };

/** The user writes, and if it is the bot's turn, the bot asks for a person. @param {Values} values */
const pauseBody = ({ queue }) => ({ channel: USER.channel, user: USER.user.id, reason: "wants a person", ...(queue && { queue }) });

/** One word of a shell command. @param {string} text */
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A JSON object without line breaks is also a Python dictionary, as long as it has no true, false or null. @param {object | string} value */
const literal = (value) => JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");

// Each line is a string of its own: the server takes indentation and comments out of the lines of a script.
/** @type {Record<string, (values: Values) => string[]>} */
const SNIPPETS = {
  curl: (values) => [
    `url=${quote(values.url)}`,
    `key=${quote(`Authorization: Bearer ${values.key}`)}`,
    "",
    '# For each message of a user. The bot may answer if "disposition" is "bot".',
    `curl -sS "$url/messages" -H "$key" -H 'Content-Type: application/json' \\`,
    `  -d ${quote(literal(USER))}`,
    "",
    "# The user wants a person. The conversation appears in the console.",
    `curl -sS "$url/pause" -H "$key" -H 'Content-Type: application/json' \\`,
    `  -d ${quote(literal(pauseBody(values)))}`,
  ],
  python: (values) => [
    "import requests",
    "",
    `url = ${literal(values.url)}`,
    "baton = requests.Session()",
    `baton.headers["Authorization"] = ${literal(`Bearer ${values.key}`)}`,
    "",
    "# For each message of a user. Baton stores it and says who answers.",
    `message = ${literal(USER)}`,
    'turn = baton.post(f"{url}/messages", json=message)',
    "turn.raise_for_status()",
    'if turn.json()["disposition"] == "bot":',
    "    # The user wants a person. The conversation appears in the console.",
    `    pause = ${literal(pauseBody(values))}`,
    '    baton.post(f"{url}/pause", json=pause).raise_for_status()',
  ],
  javascript: (values) => [
    `const url = ${literal(values.url)};`,
    `const headers = { "Authorization": ${literal(`Bearer ${values.key}`)}, "Content-Type": "application/json" };`,
    "",
    "async function call(path, body) {",
    '  const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });',
    "  if (!answer.ok) throw new Error(await answer.text());",
    "  return answer.json();",
    "}",
    "",
    "async function onMessage() {",
    "  // For each message of a user. Baton stores it and says who answers.",
    `  const turn = await call("/messages", ${literal(USER)});`,
    '  if (turn.disposition !== "bot") return; // a person answers',
    "  // The user wants a person. The conversation appears in the console.",
    `  await call("/pause", ${literal(pauseBody(values))});`,
    "}",
    "",
    "onMessage();",
  ],
  botpress: ({ url, key, bot }) => [
    "# Botpress v12. Copy the four files of Baton's folder examples/botpress as its",
    "# README.md says, set these variables, and restart Botpress. The secret is shown",
    "# when you save the webhook of this bot in Baton.",
    `EXPOSED_BATON_URL=${new URL(url).href.replace(/\/api\/v1\/.*/, "")}`,
    `EXPOSED_BATON_BOTS=${JSON.stringify({ [bot]: { key, secret: "whsec_…" } })}`,
  ],
};

export const SNIPPET_NAMES = Object.keys(SNIPPETS);

/** @param {string} name one of SNIPPET_NAMES @param {Values} values */
export const snippet = (name, values) => `${SNIPPETS[name](values).join("\n")}\n`;
