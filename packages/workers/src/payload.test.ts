import { describe, expect, test } from "vitest";
import { checkPayload, payloadOf, Refusal } from "./payload.ts";
import { LTT_VERSION } from "./version.ts";

const [plan, node] = ["0123456789abcdef".repeat(4), "0123456789abcdef"];
const right = payloadOf(plan, node, "dense, seed 1, round 0");

describe("checkPayload", () => {
  test("takes what payloadOf gives, through JSON", () => {
    expect(checkPayload(JSON.parse(JSON.stringify(right)))).toEqual(right);
  });

  test.each([
    [{ operation: "exec" }, 'payload: operation is "exec"; this worker knows train'],
    [{ plan: `../../${plan}` }, /^payload: plan is "\.\.\/\.\.\/0123/],
    [{ node: "../passwd" }, /^payload: node is "\.\.\/passwd": /],
    [{ node: undefined }, /^payload: node is undefined: /],
    [{ code: "process.exit()" }, /^payload: it is .*Unrecognized key/],
    [{ payload: 2 }, /^payload: payload is 2: /],
    [{ label: 7 }, /^payload: label is 7: /],
  ])("refuses %o by name", (change, message) => {
    expect(() => checkPayload({ ...right, ...change })).toThrow(message);
    expect(() => checkPayload({ ...right, ...change })).toThrow(RangeError);
  });

  test.each([undefined, null, 1, "train", []])("refuses %o", (data) => {
    expect(() => checkPayload(data)).toThrow(/^payload: it is /);
  });

  test("another version of ltt is refused by this worker, with what to do", () => {
    const older = { ...right, ltt: "0.0.9" };
    expect(() => checkPayload(older)).toThrow(Refusal);
    expect(() => checkPayload(older)).toThrow(
      `node ${node} (dense, seed 1, round 0) was planned by ltt 0.0.9; this worker is ltt ${LTT_VERSION}, which might give other bytes: ` +
        "start a worker of ltt 0.0.9, or plan the run again with this version",
    );
  });
});
