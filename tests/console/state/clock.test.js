// The server's time on a device whose clock is wrong.
import assert from "node:assert/strict";
import { test } from "node:test";

import { serverNow, setServerTime } from "../../../chalicelib/console/state/clock.js";

test("the time is the device's until the server has told its own, and then the server's", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  assert.equal(serverNow(), 1_000_000);
  context.mock.timers.setTime(1_000_400); // the answer took 400 ms
  setServerTime(new Date(720_200).toISOString(), 1_000_000);
  assert.equal(serverNow(), 720_400);
  context.mock.timers.setTime(1_005_400);
  assert.equal(serverNow(), 725_400);
});

test("an answer that came over a sleep or a change of the device's clock tells no time", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 2_000_000 });
  setServerTime(new Date(2_000_000).toISOString(), 2_000_000);
  for (const askedAt of [0, 2_000_001]) {
    setServerTime(new Date(2_000_000).toISOString(), askedAt);
    assert.equal(serverNow(), 2_000_000);
  }
});
