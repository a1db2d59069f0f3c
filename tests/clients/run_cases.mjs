// Runs cases.json with the JavaScript client: node run_cases.mjs CLIENT URL KEY DESK_KEY CASES
// Prints {case name: what went wrong, or null}.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const [client, url, key, deskKey, file] = process.argv.slice(2);
const errors = await import(client);
const { Baton, BatonError } = errors;
const QUICK = { firstWait: 20 };
const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const camelled = (object) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [camel(name), value]));

async function control(asked) {
  const body = JSON.stringify(asked);
  const answer = await fetch(new URL("/control", url), { method: "POST", body });
  assert.equal(answer.status, 200);
}

/** The cases hold the files' bytes in base64. */
function withFile(content) {
  const { file } = content;
  if (!file) return content;
  return { ...content, file: { ...file, content: Buffer.from(file.content, "base64") } };
}

async function fetched(url) {
  const answer = await fetch(url);
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer()).toString("base64");
}

class CaseRun {
  constructor(user) {
    this.baton = new Baton(url, key, undefined, { retries: QUICK });
    this.desk = new Baton(url, deskKey, undefined, { retries: QUICK });
    this.user = user;
  }

  async step(step) {
    const begun = performance.now();
    let result;
    try {
      result = await this.act(step);
    } catch (error) {
      if (!(error instanceof BatonError) || !step.raises) throw error;
      assert(error instanceof errors[step.raises]);
      assert.equal(error.code, step.code);
      if (step.field) assert(error.errors.some((each) => each.field === step.field));
      this.checkTime(step, begun);
      return;
    }
    assert(!step.raises, `${JSON.stringify(step)} must fail`);
    this.checkTime(step, begun);
    await this.compare(step, result);
  }

  async act(step) {
    if (step.heard) {
      for (let count = step.times ?? 1; count > 0; count -= 1) {
        this.turn = await this.baton.heard("web", this.user, withFile(camelled(step.heard)));
      }
      this.conversationId = this.turn.conversationId;
    } else if (step.turn) {
      this.turn = await this.baton.turn(this.conversationId, { key: step.turn });
    } else if (step.say) {
      return this.turn.say(typeof step.say === "string" ? step.say : withFile(step.say));
    } else if (step.upload) {
      const { file } = withFile({ file: step.upload });
      return this.baton.upload(file, { conversationId: this.conversationId });
    } else if (step.hand_over) {
      const { reason, ...more } = camelled(step.hand_over);
      return this.turn.handOver(reason, more);
    } else if ("still_mine" in step) {
      return this.turn.stillMine();
    } else if (step.unpause) {
      return this.baton.unpause(this.conversationId, camelled(step.unpause));
    } else if (step.rate) {
      const { entries } = await this.baton.transcript(this.conversationId);
      const requested = entries.find((entry) => entry.kind === "requested");
      await this.baton.rate(requested.payload.handoff_id, step.rate.score, step.rate.comment);
    } else if (step.chat) {
      return (await this.baton.transcript(this.conversationId)).asChat();
    } else if (step.last) {
      return (await this.baton.transcript(this.conversationId, { latest: 1 })).entries[0];
    } else if (step.entries) {
      return this.baton.transcript(this.conversationId, step.entries);
    } else if (step.faults) {
      await control({ faults: step.faults });
    } else if (step.desk) {
      const [name, ...asked] = step.desk;
      const agent = this.desk.onBehalfOf(step.for);
      return agent[name](this.conversationId, ...asked, camelled(step.more ?? {}));
    } else if (step.ana) {
      const [method, path, body] = step.ana;
      await control({ ana: [method, `/bots/demo/conversations/${this.conversationId}/${path}`, body] });
    }
    return undefined;
  }

  async compare(step, result) {
    for (const [name, value] of Object.entries(step.is ?? {})) {
      assert.equal(this.turn[camel(name)], value, name);
    }
    if ("returns" in step) {
      assert.equal(result, step.returns);
      assert.equal(this.turn.refusal?.code, step.refusal);
    }
    if (step.warns) assert.deepEqual(this.turn.warnings.map(({ code }) => code), step.warns);
    if (step.last) {
      const { type, payload } = result;
      const found = { type, ...payload, content: payload.url ? await fetched(payload.url) : null };
      const names = Object.keys(step.last);
      assert.deepEqual(Object.fromEntries(names.map((name) => [name, found[name]])), step.last);
    }
    if ("still_mine" in step) assert.equal(result, step.still_mine);
    if (step.status) assert.equal(result.status, step.status);
    if (step.entries) {
      const [first, last] = step.numbers;
      const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      assert.deepEqual(result.entries.map((entry) => entry.seq), numbers);
    }
    if (step.chat) assert.deepEqual(result.map(({ at, ...rest }) => rest), step.chat);
  }

  checkTime({ seconds: [least, most] = [0, 5] }, begun) {
    const passed = (performance.now() - begun) / 1000;
    assert(least <= passed && passed <= most, `${passed} s`);
  }

  async log() {
    const { entries } = await this.baton.transcript(this.conversationId);
    return entries.map((entry) => [entry.from, entry.kind, entry.text].filter(Boolean).join(" "));
  }
}

const results = {};
for (const { name, steps, log } of JSON.parse(readFileSync(file, "utf8"))) {
  const run = new CaseRun(`javascript ${name}`);
  try {
    for (const step of steps) await run.step(step);
    if (log) assert.deepEqual(await run.log(), log);
    results[name] = null;
  } catch (error) {
    results[name] = error.stack;
    await control({ clear: true });
  }
}
console.log(JSON.stringify(results));
