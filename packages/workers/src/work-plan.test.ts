import { ARMS, AT, CUT, experimentNodes, hashOf, INIT, type Node, nodeOf, START, TRAIN } from "@ltt/lottery";
import { describe, expect, test } from "vitest";
import { normedTask } from "../../lottery/test/normed-task.ts";
import { toySettings } from "../../lottery/test/toy-task.ts";
import { Refusal } from "./payload.ts";
import { decodePlan, encodePlan, workPlan } from "./work-plan.ts";

const init = nodeOf(INIT, { architecture: "toy", seed: 1 });
const dense = nodeOf(TRAIN, { seed: 1 }, { start: hashOf(init) });
const best = nodeOf(AT, { state: "best" }, { trained: hashOf(dense) });
const mask = nodeOf(CUT, { rate: 0.5, seed: 1 }, { weights: hashOf(best) });
const start = nodeOf(START, { action: "rewind" }, { mask: hashOf(mask), whole: hashOf(init) });
const ticket = nodeOf(TRAIN, { seed: 1 }, { start: hashOf(start) });
const late = nodeOf(TRAIN, { seed: 1, firstStep: 3 }, { start: hashOf(start) });
const nodes: Node[] = [init, dense, best, mask, start, ticket, late];
const data = "ab".repeat(32);
const plan = workPlan({ title: "toy", backend: "wasm", data, nodes }, new Map([[hashOf(dense), "dense"]]));

describe("a plan", () => {
  test("has a network for each training, after those that it rests on, with the chain that begins there", () => {
    expect(plan.networks).toEqual([
      { hash: hashOf(dense), label: "dense", after: [], chain: 2 },
      { hash: hashOf(ticket), label: hashOf(ticket), after: [hashOf(dense)], chain: 1 },
      { hash: hashOf(late), label: hashOf(late), after: [hashOf(dense)], chain: 1 },
    ]);
  });

  test("is read as it was written, and written as it was", () => {
    expect(decodePlan(encodePlan(plan))).toEqual(plan);
    expect(Buffer.from(encodePlan(decodePlan(encodePlan(plan)))).equals(encodePlan(plan))).toBe(true);
  });

  test("of every arm is read", () => {
    const all = experimentNodes(normedTask, { ...toySettings, arms: ARMS });
    const { networks } = decodePlan(
      encodePlan(workPlan({ title: "all", backend: "wasm", data, nodes: all }, new Map())),
    );
    expect(networks.map(({ hash }) => hash)).toEqual(all.filter(({ op }) => op === TRAIN.name).map(hashOf));
  });

  const changed = (change: object) => Buffer.from(JSON.stringify({ ...plan, ...change }));

  test("with an operation that nobody knows is refused by its name", () => {
    const exec = { op: "exec", version: 1, params: { command: "rm" }, inputs: {} };
    expect(() => decodePlan(changed({ nodes: [...nodes, exec] }))).toThrow(
      `plan: node ${hashOf(exec)} is "exec"; this worker knows init, train, at, cut, search, cut-units, shuffle-mask, given, start`,
    );
  });

  test("of another version of an operation is refused by this worker", () => {
    const next = { ...late, version: 99 };
    expect(() => decodePlan(changed({ nodes: [...nodes, next] }))).toThrow(Refusal);
    expect(() => decodePlan(changed({ nodes: [...nodes, next] }))).toThrow(
      `plan: node ${hashOf(next)} is "train" version 99; this worker has version ${TRAIN.version}`,
    );
  });

  test.each([
    [
      { networks: [{ hash: "f".repeat(16), label: "x", after: [], chain: 1 }] },
      "plan: network ffffffffffffffff is none of its nodes",
    ],
    [{ data: "../x" }, /^plan: data: /],
    [{ code: "x" }, /^plan: it: /],
  ])("with %o is refused", (change, message) => {
    expect(() => decodePlan(changed(change))).toThrow(message);
  });

  test("that is no JSON is refused", () => {
    expect(() => decodePlan(Buffer.from("{"))).toThrow(/^plan: it: /);
  });
});
