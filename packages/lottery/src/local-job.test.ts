import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toySettings, toyTask } from "../test/toy-task.ts";
import {
  type Arm,
  type Criterion,
  createGraphJob,
  earlyBirdStop,
  experimentNodes,
  FolderStore,
  magnitude,
  type Node,
  type StopSearch,
} from "./index.ts";

let root: string;
let store: FolderStore;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "ltt-job-"));
  store = await FolderStore.open(root);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const own: Criterion = { ...magnitude, name: "own" };
const never: StopSearch = { name: "never", version: 1, stop: () => false };

/** The nodes of an experiment with a search, and the network that it is for. */
function searched(criterion: Criterion, stop: StopSearch): { readonly nodes: Node[]; readonly network: string } {
  let network = "";
  const levels: Arm = function* (graph) {
    network = graph.train(graph.rewind(graph.search(graph.dense, [8, 16], stop, { criterion }), graph.init));
    yield { round: 1, network };
  };
  return { nodes: experimentNodes(toyTask, { ...toySettings, arms: [{ name: "searched", levels }] }), network };
}

function lacks(criterion: Criterion, stop: StopSearch, criteria: readonly Criterion[] = []): string | undefined {
  const { nodes, network } = searched(criterion, stop);
  return createGraphJob(toyTask, nodes, { store, clock: () => 0, criteria }).lacks(network);
}

describe("a job of a graph lacks for a search", () => {
  test("nothing, if it knows its criterion and its stop", () => {
    expect(lacks(magnitude, earlyBirdStop)).toBeUndefined();
    expect(lacks(own, earlyBirdStop, [own])).toBeUndefined();
  });

  test("a criterion that it was not given", () => {
    expect(lacks(own, earlyBirdStop)).toMatch(/^node [0-9a-f]{16}: criterion "own" is not known; /);
  });

  test("a stop that is none of ours", () => {
    expect(lacks(magnitude, never)).toMatch(/^node [0-9a-f]{16}: stop "never" is not known; /);
  });
});
