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
