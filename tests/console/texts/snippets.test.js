// The ready code that connects a bot, and what the log of deliveries says about entries that were not delivered.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { undelivered } from "../../../chalicelib/console/deliveries/undelivered.js";
import { SNIPPET_NAMES, snippet } from "../../../chalicelib/console/setup/snippets.js";
import { builtInText, fillSample } from "../../../chalicelib/console/state/reply_templates.js";

const VALUES = { url: "https://baton.test/api/v1/bots/shop", key: "bk_secret", bot: "shop", queue: "support" };

test("each snippet has the bot's key, and those that ask for a person name the queue", () => {
  for (const name of SNIPPET_NAMES) assert.match(snippet(name, VALUES), /bk_secret/, name);
  for (const name of ["curl", "python", "javascript"]) {
    assert.match(snippet(name, VALUES), /"queue": "support"/, name);
    assert.doesNotMatch(snippet(name, { ...VALUES, queue: null }), /queue/, name);
  }
  assert.match(snippet("botpress", VALUES), /^EXPOSED_BATON_URL=https:\/\/baton\.test$/m);
});

test("a queue's name cannot leave the string in which it stands", () => {
  const queue = `it's "q" \\ $(touch x) \`y\``;
  const code = snippet("curl", { ...VALUES, queue });
  const word = code.slice(code.lastIndexOf("-d ") + 3).trim();

  const body = execFileSync("sh", ["-c", `printf %s ${word}`], { encoding: "utf8" });

  assert.equal(JSON.parse(body).queue, queue);
});

test("a delivery that was given up counts until another attempt has delivered its entry, and once", () => {
  const of = (/** @type {string} */ id, /** @type {number} */ seq, /** @type {string} */ status) => ({ id, conversation_id: "c", seq, status });
  const log = [of("5", 1, "delivered"), of("4", 2, "dead"), of("3", 3, "failed"), of("2", 2, "dead"), of("1", 1, "dead"), of("0", 4, "dead")];

  assert.deepEqual(undelivered(log).map((each) => each.id), ["0", "4"]);
});

test("the built-in text is that of the nearest language, and a preview fills in only the known fields", () => {
  const texts = [{ locale: "en", name: "claimed", text: "Hi" }, { locale: "es", name: "claimed", text: "Hola" }];

  assert.equal(builtInText(texts, "es-MX", "claimed"), "Hola");
  assert.equal(builtInText(texts, "fr", "claimed"), "Hi");
  assert.equal(builtInText(texts, "fr", "closed"), undefined);
  assert.equal(fillSample("{agent} {{queue}} {user}", { agent: "Ana", queue: "q" }), "Ana {{queue}} {user}");
});
