import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { showArrival, showToast, state } from "../../../chalicelib/console/state/store.js";

beforeEach(() => mock.timers.reset());

test("a notification replaces the outcome of a command, but no warning about one", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  showToast("Saved.");
  showArrival("Ana invited Bo.", "info");
  assert.equal(state.value.toast.text, "Ana invited Bo.");

  showToast("The tag is too long.", "warn");
  showArrival("Queue sales is full.", "warn");
  assert.equal(state.value.toast.text, "The tag is too long.");
  assert.equal(state.value.announcement, "Queue sales is full.");

  mock.timers.tick(6000);
  assert.equal(state.value.toast, null);
  showArrival("Queue sales is full.", "warn");
  showArrival("Uma was given to you.", "info");
  assert.equal(state.value.toast.text, "Uma was given to you.");
});
