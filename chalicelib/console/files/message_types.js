// @ts-check
// The message types of files. This file calls nothing, so that tests can run it without a browser.

/** Types that browsers show as a picture. A message of another type of picture is a file.
 * @param {string} mime */
export function messageType(mime) {
  const [kind] = mime.split("/");
  return ["image", "audio", "video"].includes(kind) && mime !== "image/svg+xml" ? kind : "file";
}

/** Browsers know no type of some files. @param {{type: string}} file */
export const mimeOf = ({ type }) => type.split(";")[0].trim() || "application/octet-stream";

/** True for a file in Baton's own storage. The server writes the address of these types alone; a payload of another type that
 * names an upload could lead to any address. @param {{type: string | null, payload: any}} entry */
export const isUpload = ({ type, payload }) =>
  ["image", "audio", "video", "file", "sticker"].includes(type ?? "") && typeof payload?.upload_id === "string" && typeof payload.mime === "string";
