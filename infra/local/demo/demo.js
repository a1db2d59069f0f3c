// @ts-check
// The chat page of the end user. It calls only the demo bot, never Baton.
const user = new URLSearchParams(location.search).get("user") ?? sessionStorage.getItem("user") ?? `guest-${crypto.randomUUID().slice(0, 8)}`;
sessionStorage.setItem("user", user);
const POLL_INTERVAL = 500;
const TYPING_INTERVAL = 3000;
const element = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
let shown = 0;
let typingSentAt = 0;

/** @param {string} path @param {object} body */
const post = (path, body) =>
  fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ user, ...body }) });

/** Answers whether the bot accepted the message. @param {string} text */
async function send(text) {
  const isAccepted = await post("say", { text }).then((answer) => answer.ok, () => false);
  element("error").textContent = isAccepted ? "" : "The message was not sent. Try again in a moment.";
  return isAccepted;
}

/** The file goes straight to the storage; the bot only learns its id. @param {File} file */
async function sendFile(file) {
  const facts = { name: file.name, mime: file.type || "application/octet-stream" };
  const asked = await post("upload", { ...facts, size: file.size });
  if (!asked.ok) throw new Error((await asked.json()).detail);
  const { upload_id, url, fields } = await asked.json();
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file);
  const stored = await fetch(url, { method: "POST", body });
  const said = stored.ok && (await post("say", { upload_id, ...facts }));
  if (!said || !said.ok) throw new Error("The file was not sent. Try again in a moment.");
}

/** The bot's address of a file leads to one in the storage, which works for some minutes.
 * @param {string} file @param {string} mime @param {string} name */
function shownFile(file, mime, name) {
  const isPicture = mime.startsWith("image/");
  const shown = /** @type {any} */ (document.createElement(isPicture ? "img" : "a"));
  shown[isPicture ? "src" : "href"] = `file/${file}`;
  shown[isPicture ? "alt" : "textContent"] = name;
  if (!isPicture) shown.target = "_blank";
  return shown;
}

/** @param {{from: string, text: string, file?: string, mime?: string}} message */
function append({ from, text, file, mime = "" }) {
  const line = document.createElement("p");
  line.className = from;
  line.dir = "auto";
  if (file) line.append(shownFile(file, mime, text));
  else line.textContent = text;
  element("log").append(line);
  element("log").scrollTop = element("log").scrollHeight;
}

async function poll() {
  try {
    const answer = await fetch(`messages?user=${encodeURIComponent(user)}`);
    const { messages, status, agent, typing, may_rate } = await answer.json();
    if (messages.length < shown) {
      // The bot was restarted and has lost its messages.
      element("log").textContent = "";
      shown = 0;
    }
    messages.slice(shown).forEach(append);
    shown = messages.length;
    const owners = { bot: "You are talking to the bot.", waiting: "You are waiting for an agent.", agent: `You are talking to ${agent}.` };
    element("status").textContent = owners[/** @type {keyof typeof owners} */ (status)] ?? "";
    element("typing").textContent = typing ? `${agent} is typing …` : "";
    element("ask").hidden = status !== "bot";
    element("rating").hidden = !may_rate;
  } catch {
    element("status").textContent = "No connection.";
  }
  setTimeout(poll, POLL_INTERVAL);
}

element("compose").addEventListener("submit", async (/** @type {Event} */ event) => {
  event.preventDefault();
  const text = element("text").value.trim();
  element("text").value = "";
  if (text && !(await send(text)) && !element("text").value) element("text").value = text;
});
element("text").addEventListener("input", () => {
  if (Date.now() - typingSentAt < TYPING_INTERVAL) return;
  typingSentAt = Date.now();
  post("typing", {}).catch(() => {});
});
element("attach").addEventListener("click", () => element("file").click());
element("file").addEventListener("change", async () => {
  const [file] = element("file").files;
  element("file").value = "";
  const error = file && (await sendFile(file).then(() => "", (failed) => failed.message));
  element("error").textContent = error ?? "";
});
element("ask").addEventListener("click", () => send("Talk to an agent"));
element("rating").addEventListener("click", async (/** @type {any} */ { target }) => {
  if (!target.value) return;
  const isStored = await post("rate", { score: Number(target.value) }).then((answer) => answer.ok, () => false);
  element("error").textContent = isStored ? "" : "The rating was not sent. Try again in a moment.";
});
element("drop").addEventListener("click", () => {
  fetch("drop", { method: "POST" }).catch(() => {});
  element("drop").closest("details").open = false;
});
poll();
