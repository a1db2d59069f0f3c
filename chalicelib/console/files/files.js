// @ts-check
// The files that the agent has chosen for a conversation, above the box in which they write: by the button, dropped on
// the conversation, or pasted.
import { fileSize } from "../messages/messages.js";
import { state } from "../state/store.js";
import { formatNumber } from "../strings/formats.js";
import { t } from "../strings/translate.js";
import { html, useEffect, useRef } from "../ui/html.js";
import { chooseFiles, removeFile, sendFiles, uploads } from "./uploads.js";

/** @param {{head: import("../state/types.js").Head}} props */
export function Files({ head }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const chosen = uploads.value.filter((each) => each.head.id === head.id);
  const isMine = head.status === "agent" && head.owner === state.value.me?.id;
  useEffect(() => (isMine ? takeFiles(/** @type {HTMLElement} */ (box.current?.closest(".thread")), head) : undefined), [head.id, isMine]);
  if (!isMine && !chosen.length) return html`<div ref=${box} hidden></div>`;
  return html`
    <div ref=${box} class="files">
      ${chosen.length > 0 && html`<ul aria-label=${t("files_chosen")}>${chosen.map((upload) => html`<${Chosen} key=${upload.id} upload=${upload} />`)}</ul>`}
      <input ref=${input} type="file" multiple hidden onChange=${() => {
        chooseFiles(head, input.current?.files ?? []);
        if (input.current) input.current.value = "";
      }} />
      ${isMine && html`<button type="button" onClick=${() => input.current?.click()}>${t("attach_files")}</button>`}
      ${chosen.some(({ phase }) => ["chosen", "failed"].includes(phase)) && html`
        <button type="button" class="primary" onClick=${() => sendFiles(head.id)}>${t(chosen.some(({ phase }) => phase === "failed") ? "try_again" : "send_files")}</button>`}
    </div>`;
}

/** @param {{upload: import("./uploads.js").Upload}} props */
function Chosen({ upload: { id, file, preview, phase, progress, error } }) {
  const isRunning = phase === "sending" || phase === "queued";
  return html`
    <li>
      ${preview && html`<img src=${preview} alt="" />`}
      <span><bdi>${file.name}</bdi> <span class="quiet">${fileSize(file.size)}</span>
        ${isRunning && html`<progress value=${progress} max="1" aria-label=${t("uploading", { name: file.name })}>${formatNumber(Math.round(progress * 100))} %</progress>`}
        ${error && html`<span class="error" role="alert">${t("file_not_sent")} ${error}</span>`}</span>
      <button type="button" onClick=${() => removeFile(id)}>${isRunning ? t("cancel") : t("remove", { what: file.name })}</button>
    </li>`;
}

/** Answers a function that stops taking files. @param {HTMLElement} thread @param {import("../state/types.js").Head} head */
function takeFiles(thread, head) {
  /** Text that is dropped or pasted stays with the browser. @param {Event} event @param {DataTransfer | null} data */
  const take = (event, data) => {
    if (!data?.files.length) return;
    event.preventDefault();
    chooseFiles(head, data.files);
  };
  const onDrop = (/** @type {DragEvent} */ event) => take(event, event.dataTransfer);
  const onInsert = (/** @type {ClipboardEvent} */ event) => take(event, event.clipboardData);
  const onDragOver = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") && event.preventDefault();
  thread.addEventListener("drop", onDrop);
  thread.addEventListener("dragover", onDragOver);
  thread.addEventListener("paste", onInsert);
  return () => {
    thread.removeEventListener("drop", onDrop);
    thread.removeEventListener("dragover", onDragOver);
    thread.removeEventListener("paste", onInsert);
  };
}
