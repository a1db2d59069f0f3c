/** Files that messages carry, and how they are uploaded. */

import { BatonError, BatonUnavailable, InvalidRequest } from "./errors.js";

/**
 * `mime` is the media type; it may be left out if the content is a Blob that has one.
 *
 * @typedef {object} File
 * @property {string} name
 * @property {Blob | Uint8Array | ArrayBuffer} content
 * @property {string} [mime]
 *
 * @typedef {{conversation_id: string} | {channel: string, user: string, thread?: string}} Place
 *
 * @typedef {(file: File, place: Place) => Promise<string>} Upload Returns the `upload_id`.
 */

const UNKNOWN_TYPE = "application/octet-stream";
/** Message types that are the first part of their files' media types. */
const SHOWN = ["image", "audio", "video"];

/**
 * @param {import("./exchange.js").Send} send
 * @param {(url: string, form: FormData) => Promise<unknown>} post
 * @returns {Upload}
 */
export function uploader(send, post) {
  return async (file, place) => {
    const { json } = await send("POST", "/uploads", { ...factsOf(file), ...place });
    const form = new FormData();
    for (const [name, value] of Object.entries(json.fields)) form.append(name, String(value));
    // S3 ignores the parts that follow the file.
    form.append("file", blobOf(file), file.name);
    try {
      await post(json.url, form);
    } catch (error) {
      if (!(error instanceof BatonError) || error instanceof BatonUnavailable) throw error;
      const { status } = error;
      throw new InvalidRequest(
        `The store of Baton's files refused ${file.name} with the status ${status}.`,
        { status },
      );
    }
    return json.upload_id;
  };
}

/**
 * The content of a message whose file is uploaded first.
 *
 * @param {Upload} upload @param {Place} place
 * @param {import("./turn.js").Content} content
 * @returns {Promise<Omit<import("./turn.js").Content, "file">>}
 */
export async function withoutFile(upload, place, { file, ...content }) {
  if (file === undefined) return content;
  const uploadId = await upload(file, place);
  const payload = { ...content.payload, ...factsOf(file), upload_id: uploadId };
  return { ...content, type: content.type ?? messageTypeOf(file), payload };
}

/** @param {File} file */
export function factsOf(file) {
  return { name: file.name, mime: mimeOf(file), size: blobOf(file).size };
}

/** @param {File} file */
function messageTypeOf(file) {
  const kind = mimeOf(file).split("/")[0].toLowerCase();
  return SHOWN.includes(kind) ? kind : "file";
}

/** @param {File} file */
function mimeOf({ mime, content }) {
  return mime ?? ((content instanceof Blob && content.type) || UNKNOWN_TYPE);
}

/** @param {File} file */
function blobOf({ content }) {
  return content instanceof Blob ? content : new Blob([/** @type {ArrayBuffer} */ (content)]);
}
