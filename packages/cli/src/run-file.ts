import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Expectation, type Fault, type PlannedLevel, RunFolderError, writeAtomic } from "@ltt/lottery";
import type { BackendName } from "./backends.ts";
import type { Origin } from "./origin.ts";
import type { Profile } from "./profile-names.ts";
import type { RunOptions } from "./run-options.ts";
import type { ReportWords } from "./run-report.ts";

/** What a run of a folder set out to do. Outside the hashes: nothing that is trained depends on it. */
export interface PlannedRun {
  /** The pair, or the name of texts of the user's and their model. */
  readonly pair: string;
  readonly profile: Profile;
  readonly backend: BackendName;
  readonly jobs: number;
  /** The options that were told, as `runPair` takes them. */
  readonly options: Partial<RunOptions>;
  /** Texts or images of the user's that it read. */
  readonly files?: readonly NotedFile[] | undefined;
  /** In the order of the report. */
  readonly networks: readonly PlannedNetwork[];
  readonly faults: readonly Fault[];
  /** What ran it last. */
  readonly origin?: Origin | undefined;
  /** What its report says besides results. Noted when the folder has been looked through. */
  readonly report?: ReportWords | undefined;
  /** The networks that its report covers, in its order: of other seeds too. */
  readonly covered?: readonly CoveredNetwork[] | undefined;
}

/** A file of texts of the user's that was read, or a folder of images. */
export interface NotedFile {
  readonly option: "texts" | "images" | "validation" | "test";
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface CoveredNetwork {
  readonly arm: string;
  readonly seed: number;
  readonly round: number;
  readonly node: string;
  /** What the audit must find. */
  readonly expect: readonly Expectation[];
}

export function coveredNetwork({ arm, seed, round, network, expect = [] }: PlannedLevel): CoveredNetwork {
  return { arm, seed, round, node: network, expect };
}

export interface PlannedNetwork {
  readonly arm: string;
  readonly seed: number;
  readonly round: number;
  readonly node: string;
  readonly stepsAtMost: number;
}

const VERSION = 1;

/** Notes a run in its folder's `run.json`, before those of other networks: the latest is the first. */
export async function noteRun(folder: string, run: PlannedRun): Promise<void> {
  const earlier = await plannedRuns(folder).catch(() => []); // of another version, or cut off: written anew
  const runs = [run, ...earlier.filter((other) => namesOf(other) !== namesOf(run))];
  await writeAtomic(join(folder, "run.json"), `${JSON.stringify({ version: VERSION, runs }, null, 2)}\n`);
}

/**
 * The runs that a folder's `run.json` tells of, the latest first; none if there is no such file.
 *
 * @throws {RunFolderError} if it is of another version, or something else.
 */
export async function plannedRuns(folder: string): Promise<readonly PlannedRun[]> {
  const path = join(folder, "run.json");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new RunFolderError(`${path}: ${error.message}`, { cause: error });
  });
  if (text === undefined) return [];
  try {
    const { version, runs } = JSON.parse(text) as { version: number; runs: PlannedRun[] };
    if (version === VERSION && runs.every(({ networks }) => networks.length > 0)) return runs;
  } catch {
    // told below
  }
  throw new RunFolderError(`${path}: is no plan of this version of ltt: the next run in the folder writes it anew`);
}

function namesOf({ networks }: PlannedRun): string {
  return networks.map(({ node }) => node).join();
}
