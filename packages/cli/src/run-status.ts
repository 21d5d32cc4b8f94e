import { type FolderContents, folderContents } from "@ltt/lottery";
import { type PlannedNetwork, type PlannedRun, plannedRuns } from "./run-file.ts";

type NetworkState = "done" | "in the making" | "missing" | "failed" | "damaged";

export interface NetworkStatus extends PlannedNetwork {
  readonly state: NetworkState;
  /** In the making: the step after which it was kept last, every two minutes. */
  readonly step: number | undefined;
  /** Done: the seconds that it took. */
  readonly seconds: number | undefined;
}

/** How far a run is, as its folder tells: names and receipts are read, nothing is verified. */
export interface RunStatus {
  readonly folder: string;
  /** The latest run; `undefined` where the folder has no `run.json`. */
  readonly run: PlannedRun | undefined;
  readonly networks: readonly NetworkStatus[];
  /** Of the networks that are not done, at the mean time of those that are; `undefined` where none is. */
  readonly secondsLeft: number | undefined;
  /** Runs of other networks before it in the same folder, and how many of theirs are done. */
  readonly earlier: readonly { readonly run: PlannedRun; readonly done: number }[];
  /** Folders of what was damaged, and of what two processes made differently. */
  readonly quarantined: readonly string[];
  readonly conflicting: readonly string[];
  readonly nodes: number;
}

/** @throws {RunFolderError} if the folder cannot be read. */
export async function statusOf(folder: string): Promise<RunStatus> {
  const [contents, runs] = [await folderContents(folder), await plannedRuns(folder)];
  const [run, ...others] = runs;
  const networks = (run?.networks ?? []).map((network) => ({ ...network, ...stateOf(network.node, contents) }));
  return {
    folder,
    run,
    networks,
    secondsLeft: run && secondsLeft(networks, run.jobs),
    earlier: others.map((other) => ({
      run: other,
      done: other.networks.filter(({ node }) => stateOf(node, contents).state === "done").length,
    })),
    quarantined: contents.quarantined,
    conflicting: contents.conflicting,
    nodes: contents.nodes.size,
  };
}

function stateOf(
  node: string,
  { nodes, unfinished, failed }: FolderContents,
): Pick<NetworkStatus, "state" | "step" | "seconds"> {
  const seconds = nodes.get(node);
  const step = unfinished.get(node);
  if (seconds !== undefined) return { state: "done", step: undefined, seconds };
  if (nodes.has(node)) return { state: "damaged", step: undefined, seconds: undefined };
  if (step !== undefined) return { state: "in the making", step, seconds: undefined };
  return { state: failed.includes(node) ? "failed" : "missing", step: undefined, seconds: undefined };
}

/** A network in the making lacks the part of its steps that it has not made. */
function secondsLeft(networks: readonly NetworkStatus[], jobs: number): number | undefined {
  const times = networks.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]));
  if (times.length === 0) return undefined;
  const mean = times.reduce((sum, seconds) => sum + seconds, 0) / times.length;
  const left = networks.reduce((sum, { state, step = 0, stepsAtMost }) => {
    return state === "done" ? sum : sum + Math.max(0, 1 - step / stepsAtMost);
  }, 0);
  return (left * mean) / jobs;
}
