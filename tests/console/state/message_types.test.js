import assert from "node:assert/strict";
import { test } from "node:test";
import { isUpload, messageType, mimeOf } from "../../../chalicelib/console/files/message_types.js";

for (const [mime, type] of [
  ["image/png", "image"],
  ["audio/ogg", "audio"],
  ["video/mp4", "video"],
  ["image/svg+xml", "file"],
  ["application/pdf", "file"],
  ["", "file"],
]) test(`a file of the type ${mime || "of nothing"} is sent as ${type}`, () => assert.equal(messageType(mime), type));

test("a file's type has no parameters, and is never empty", () => {
  assert.equal(mimeOf({ type: "text/plain; charset=utf-8" }), "text/plain");
  assert.equal(mimeOf({ type: "" }), "application/octet-stream");
});

for (const [type, payload, expected] of [
  ["image", { upload_id: "u_1", mime: "image/png" }, true],
  ["location", { upload_id: "u_1", mime: "image/png", url: "https://tracker.test/seen.png" }, false],
  ["upload", { upload_id: "u_1", mime: "image/png", url: "javascript:alert(1)" }, false],
  ["file", { upload_id: 1, mime: "image/png" }, false],
  ["file", { upload_id: "u_1", mime: null }, false],
  ["image", { url: "https://shop.test/a.png" }, false],
  ["image", null, false],
  [null, { upload_id: "u_1", mime: "image/png" }, false],
]) {
  test(`only a file of Baton is shown as one: ${type} ${JSON.stringify(payload)}`, () => assert.equal(isUpload({ type, payload }), expected));
}
