import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { RunFolderError } from "@ltt/lottery";
import type { Command } from "commander";
import { counted } from "./jobs.ts";
import { pathOf, textOf } from "./option-values.ts";
import { checkIsFolder, NAME_A_RUN } from "./path-kind.ts";
import { duration } from "./progress.ts";
import { showQueue } from "./queue-status-lines.ts";
import { type NetworkStatus, type RunStatus, statusOf } from "./run-status.ts";
import { writeLines } from "./terminal.ts";

/** `ltt status [RUN]`: how far runs are. Needs no data set, and changes nothing. */
export function addStatusCommand(program: Command): void {
  program
    .command("status")
    .description("how far a run is: what is done, in the making, missing, failed, damaged")
    .argument("[run]", "run folder (default: every one in runs/)", pathOf)
    .option("--queue <url>", "of all plans of a queue instead: what is finished, who trains what", textOf)
    .option("--json", "one JSON object a line on standard output")
    .action(async (run: string | undefined, { json, queue }: { json?: true; queue?: string }) => {
      if (queue !== undefined) {
        if (run !== undefined) throw new RangeError(`${run} and --queue are both named; name one of them`);
        return showQueue(queue, json === true);
      }
      for (const folder of run === undefined ? await foldersIn("runs") : [run]) {
        await checkIsFolder(folder);
        const status = await statusOf(folder);
        if (status.run === undefined && status.nodes === 0) {
          throw new RunFolderError(`${folder}: no run has been here; ${NAME_A_RUN}`);
        }
        if (json === true) for (const event of events(status)) process.stdout.write(`${JSON.stringify(event)}\n`);
        else writeLines(process.stdout, describe(status));
      }
    });
}

async function foldersIn(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name));
  if (folders.length === 0) throw new RunFolderError(`${parent}: there are no run folders; name one`);
  return folders.sort();
}

function* events({ networks, folder, run, earlier, ...rest }: RunStatus): Generator<object> {
  for (const network of networks) yield { event: "network", ...network };
  const count = (state: NetworkStatus["state"]) => networks.filter((network) => network.state === state).length;
  yield {
    event: "status",
    folder,
    pair: run?.pair ?? null,
    profile: run?.profile ?? null,
    networks: networks.length,
    done: count("done"),
    inTheMaking: count("in the making"),
    missing: count("missing"),
    failed: count("failed"),
    damaged: count("damaged"),
    ...rest,
    secondsLeft: rest.secondsLeft ?? null,
  };
}

function describe({ folder, run, networks, secondsLeft, earlier, quarantined, conflicting, nodes }: RunStatus): string {
  const done = networks.filter(({ state }) => state === "done").length;
  const time =
    done === networks.length
      ? "all done"
      : secondsLeft === undefined
        ? "time left unknown"
        : `about ${duration(secondsLeft)} left, if the others take as long`;
  const apart = (names: readonly string[], where: string, what: string) =>
    names.length === 0 ? [] : [`  ${what}: ${names.map((name) => join(where, name)).join(", ")}`];
  return [
    run === undefined
      ? `${folder}: ${nodes} nodes; there is no run.json, which the next run writes: what is missing is not known`
      : `${folder}: ${run.pair}, profile ${run.profile}: ${done} of ${counted(networks.length, "network")} done, ${time}`,
    ...lines(networks),
    ...earlier.map(
      (other) =>
        `  earlier, with other settings or seeds: ${other.done} of ${counted(other.run.networks.length, "network")} done`,
    ),
    ...apart(quarantined, "quarantine", "damaged, put aside"),
    ...apart(conflicting, "conflicts", "made differently by two processes"),
  ].join("\n");
}

/** A line for each arm and seed: `late-rewinding, seed 1: rounds 1–7 done, 8 in the making (step 440 of 8760), 9–20 missing`. */
function lines(networks: readonly NetworkStatus[]): string[] {
  const groups = new Map<string, NetworkStatus[]>();
  for (const network of networks) {
    const name = `${network.arm}, seed ${network.seed}`;
    groups.set(name, [...(groups.get(name) ?? []), network]);
  }
  return Array.from(groups, ([name, group]) => {
    const runs: NetworkStatus[][] = [];
    for (const network of group) {
      const last = runs.at(-1);
      if (last !== undefined && wordsOf(last[0]!) === wordsOf(network)) last.push(network);
      else runs.push([network]);
    }
    const words = runs.map((run) => {
      const [from, to] = [run[0]!.round, run.at(-1)!.round];
      return `${from === to ? from : `${from}–${to}`} ${wordsOf(run[0]!)}`;
    });
    return `  ${name}: round ${words.join(", ")}`;
  });
}

function wordsOf({ state, step, stepsAtMost }: NetworkStatus): string {
  return step === undefined ? state : `${state} (step ${step} of at most ${stepsAtMost})`;
}
