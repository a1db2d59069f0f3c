// The numbers behind the report's charts.
import assert from "node:assert/strict";
import { test } from "node:test";

import { axisMaximum, fillDays, percentile, changeOf, periodBefore, serviceLevel, shadeOf, toCsv } from "../../../chalicelib/console/report/chart_data.js";

const BOUNDS = [10, 30, 60];

test("a percentile is interpolated within its step", () => {
  assert.equal(percentile([0, 0, 4, 0], BOUNDS, 0.5), 45);
  assert.equal(percentile([1, 0, 3, 0], BOUNDS, 0.5), 40);
  assert.equal(percentile([10, 0, 0, 0], BOUNDS, 0.9), 9);
});

test("a percentile above the last bound is that bound, and without cases it is null", () => {
  assert.equal(percentile([0, 0, 0, 5], BOUNDS, 0.5), 60);
  assert.equal(percentile([0, 0, 0, 0], BOUNDS, 0.5), null);
});

test("percentiles rise with their share and stay within the bounds", () => {
  for (let seed = 1; seed < 200; seed++) {
    const steps = [seed % 7, (seed * 3) % 5, (seed * 5) % 11, seed % 3];
    const values = [0.1, 0.5, 0.9, 1].map((share) => percentile(steps, BOUNDS, share) ?? 0);
    assert.deepEqual(values, [...values].sort((a, b) => a - b));
    assert.ok(values.every((value) => value >= 0 && value <= 60));
  }
});

test("the busiest hour is the darkest, and any request is seen", () => {
  assert.deepEqual([0, 1, 25, 26, 50, 75, 99, 100].map((count) => shadeOf(count, 100)), [0, 1, 1, 2, 2, 3, 4, 4]);
  assert.equal(shadeOf(1, 1), 4);
});

test("an axis ends at a round number", () => {
  assert.deepEqual([0, 3, 6, 11, 34, 99, 100, 101, 4321].map(axisMaximum), [5, 5, 6, 20, 40, 100, 100, 200, 6000]);
});

test("days without handoffs have the count 0", () => {
  assert.deepEqual(fillDays("2026-02-27", "2026-03-02", [{ day: "2026-03-01", handoffs: 4 }]), [
    { day: "2026-02-27", count: 0 }, { day: "2026-02-28", count: 0 }, { day: "2026-03-01", count: 4 }, { day: "2026-03-02", count: 0 },
  ]);
});

test("the service level counts those who were claimed in time among all who waited, also in vain", () => {
  const tally = { time_to_claim: { steps: [1, 2, 3, 4] }, outcomes: { expired: 2, resolved: 8 } };

  assert.equal(serviceLevel(tally, [10, 30, 60], 30), 3 / 12);
  assert.equal(serviceLevel({ time_to_claim: { steps: [0, 0] }, outcomes: {} }, [10], 10), null);
});

test("the period before has the same length and ends on the day before", () => {
  assert.deepEqual(periodBefore("2026-03-01", "2026-03-07"), { from: "2026-02-22", to: "2026-02-28" });
  assert.deepEqual(periodBefore("2026-03-01", "2026-03-01"), { from: "2026-02-28", to: "2026-02-28" });
  assert.deepEqual([changeOf(3, 2), changeOf(3, 0), changeOf(null, 2)], [0.5, null, null]);
});

test("a file for spreadsheets quotes what it must, and no name becomes a formula", () => {
  assert.equal(toCsv([["a", 'say "hi", now', null, -1], ["=1+1", "-x", "b\nc"]]), 'a,"say ""hi"", now",,-1\r\n\'=1+1,\'-x,"b\nc"\r\n');
});
