import assert from "node:assert/strict";
import { test } from "node:test";
import { messageType, mimeOf } from "../../../chalicelib/console/files/message_types.js";

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
