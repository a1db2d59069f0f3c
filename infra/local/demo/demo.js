// @ts-check
// The end user's page: it knows the toy bot alone.
const user = new URLSearchParams(location.search).get("user") ?? sessionStorage.getItem("user") ?? `guest-${crypto.randomUUID().slice(0, 8)}`;
sessionStorage.setItem("user", user);
const EVERY = 500;
const TYPING_EVERY = 3000;
const at = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
let shown = 0;
let typedAt = 0;

/** @param {string} path @param {object} body */
const post = (path, body) =>
  fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ user, ...body }) });

/** Answers whether it was taken. @param {string} text */
async function say(text) {
  const isTaken = await post("say", { text }).then((answer) => answer.ok, () => false);
  at("wrong").textContent = isTaken ? "" : "That was not sent. Try again in a moment.";
  return isTaken;
}

/** @param {{from: string, text: string}} message */
function show({ from, text }) {
  const line = document.createElement("p");
  line.className = from;
  line.dir = "auto";
  line.textContent = text;
  at("log").append(line);
  at("log").scrollTop = at("log").scrollHeight;
}

async function look() {
  try {
    const answer = await fetch(`messages?user=${encodeURIComponent(user)}`);
    const { messages, status, agent, typing } = await answer.json();
    if (messages.length < shown) {
      // The bot has been made to forget.
      at("log").textContent = "";
      shown = 0;
    }
    messages.slice(shown).forEach(show);
    shown = messages.length;
    at("who").textContent = { bot: "the bot answers", waiting: "waiting for a person", agent: `you are talking to ${agent}` }[status] ?? "";
    at("typing").textContent = typing ? `${agent} is typing …` : "";
    at("person").hidden = status !== "bot";
  } catch {
    at("who").textContent = "no connection";
  }
  setTimeout(look, EVERY);
}

at("say").addEventListener("submit", async (/** @type {Event} */ event) => {
  event.preventDefault();
  const text = at("text").value.trim();
  at("text").value = "";
  if (text && !(await say(text)) && !at("text").value) at("text").value = text;
});
at("text").addEventListener("input", () => {
  if (Date.now() - typedAt < TYPING_EVERY) return;
  typedAt = Date.now();
  post("typing", {}).catch(() => {});
});
at("person").addEventListener("click", () => say("Talk to an agent"));
at("drop").addEventListener("click", () => {
  fetch("drop", { method: "POST" }).catch(() => {});
  at("drop").closest("details").open = false;
});
look();
