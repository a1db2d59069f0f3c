// @ts-check
// Files that the agent sends. Each is uploaded to the storage, past the server, and then sent as a message of
// its own: one after the other, so that they arrive in the order in which they were chosen. The list belongs to the
// page, so an upload goes on while the agent looks at another conversation.
import { ApiError, botPath, conversationPath, errorMessage, request } from "../connection/api.js";
import { signal } from "../vendor/signals.js";
import { messageType, mimeOf } from "./message_types.js";

/** `progress` is from 0 to 1. `uploadId` is set when the file has arrived: only the message is missing.
 * @typedef {{id: string, head: import("../state/types.js").Head, file: File, preview: string | null,
 *   phase: "chosen" | "queued" | "sending" | "failed", progress: number, uploadId?: string, error?: string}} Upload */

/** @type {{value: Upload[]}} */
export const uploads = signal([]);
/** Calls that can be cancelled, by the upload's id. @type {Map<string, XMLHttpRequest>} */
const calls = new Map();
let isSending = false;

/** @param {string} id */
const find = (id) => uploads.value.find((each) => each.id === id);

/** @param {string} id @param {Partial<Upload>} fields */
const change = (id, fields) => {
  uploads.value = uploads.value.map((each) => (each.id === id ? { ...each, ...fields } : each));
};

/** @param {import("../state/types.js").Head} head @param {Iterable<File>} files */
export function chooseFiles(head, files) {
  const added = [...files].map((file) => ({
    id: crypto.randomUUID(),
    head,
    file,
    preview: messageType(mimeOf(file)) === "image" ? URL.createObjectURL(file) : null,
    phase: /** @type {const} */ ("chosen"),
    progress: 0,
  }));
  uploads.value = [...uploads.value, ...added];
}

/** Also cancels an upload that is under way. @param {string} id */
export function removeFile(id) {
  const upload = find(id);
  uploads.value = uploads.value.filter((each) => each.id !== id);
  calls.get(id)?.abort();
  if (upload?.preview) URL.revokeObjectURL(upload.preview);
}

/** Sends what the agent has chosen, or tries again what has failed. @param {string} conversation */
export function sendFiles(conversation) {
  for (const { id, head, phase } of uploads.value) {
    if (head.id === conversation && ["chosen", "failed"].includes(phase)) change(id, { phase: "queued", error: undefined });
  }
  sendQueued();
}

async function sendQueued() {
  if (isSending) return;
  isSending = true;
  for (;;) {
    const upload = uploads.value.find((each) => each.phase === "queued");
    if (!upload) break;
    await send(upload).catch((error) => change(upload.id, { phase: "failed", error: errorMessage(error) }));
  }
  isSending = false;
}

/** The message has the upload's id, so that a repeated attempt never sends it twice. @param {Upload} upload */
async function send({ id, head, file, uploadId }) {
  change(id, { phase: "sending", progress: 0 });
  if (!uploadId) {
    const asked = { conversation_id: head.id, name: file.name, mime: mimeOf(file), size: file.size };
    const form = await request("POST", `${botPath(head.bot)}/uploads`, asked);
    if (!find(id)) return;
    await post(id, form, file);
    uploadId = form.upload_id;
    change(id, { uploadId });
  }
  if (!find(id)) return;
  const message = { type: messageType(mimeOf(file)), payload: { upload_id: uploadId }, message_id: id };
  await request("POST", `${conversationPath(head)}/messages`, message);
  removeFile(id);
}

/** `fetch` tells no progress. Raises ApiError. @param {string} id @param {{url: string, fields: Record<string, string>}} form @param {File} file
 * @returns {Promise<void>} */
function post(id, { url, fields }, file) {
  const call = new XMLHttpRequest();
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file);
  calls.set(id, call);
  return new Promise((/** @type {(nothing: void) => void} */ resolve, reject) => {
    call.upload.onprogress = ({ loaded, total }) => change(id, { progress: loaded / total });
    call.onload = () => (call.status < 300 ? resolve() : reject(new ApiError(call.status)));
    call.onerror = call.onabort = () => reject(new ApiError(0));
    call.open("POST", url);
    call.send(body);
  }).finally(() => calls.delete(id));
}
