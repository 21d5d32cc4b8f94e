import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { type AuditCheck, type LevelResult, RunFolderError, sha256, writeAtomic } from "@ltt/lottery";
import { checkAudit, checkResults } from "@ltt/lottery/arguments";
import type { TicketMask } from "@ltt/report";
import { type ArchivedResult, packResult, unpackResult } from "./archived-result.ts";
import type { PlannedRun } from "./run-file.ts";
import type { ReportWords } from "./run-report.ts";
import { whyUnreadable } from "./why-unreadable.ts";

/** What is left of a run when its weights are gone: all that its report is made of, and what vouches for it. Of one run folder. */
export interface Part {
  readonly run: ArchivedRun;
  readonly networks: readonly PartNetwork[];
  /** What the audit found when the weights were there. */
  readonly audit: readonly AuditCheck[];
  /** The audit's nodes: of each the SHA-256 of every file that was looked at, the backend, the seconds. */
  readonly receipts: Readonly<Record<string, NodeReceipt>>;
  /** Masks of single tickets, drawn small. */
  readonly masks?: readonly TicketMask[] | undefined;
}

/** A run without the paths of the machine that it ran on. */
export type ArchivedRun = Pick<PlannedRun, "pair" | "profile" | "backend" | "options" | "faults" | "origin"> & {
  readonly report: ReportWords;
};

export interface PartNetwork {
  /** See `experimentOf`: the same for repetitions with other seeds. */
  readonly experiment: string;
  readonly result: LevelResult & { readonly node: string };
}

export type NodeReceipt = {
  readonly files: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly backend?: string;
};

/** Where a run keeps it in its folder. */
export const ARCHIVE = "archive.json.gz";

const FORMAT = "ltt archive";
const VERSION = 1;
const LEAVES_OUT = "weights, masks, logits and texts: the command of each part trains them again";

interface Written {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly leavesOut: string;
  readonly parts: readonly (Omit<Part, "networks"> & {
    readonly networks: readonly { readonly experiment: string; readonly result: ArchivedResult }[];
  })[];
}

/** Writes parts as one file: gzip of JSON, with a digest of it before it. The same parts give the same bytes. */
export async function writeArchive(path: string, parts: readonly Part[]): Promise<void> {
  const content = JSON.stringify({
    format: FORMAT,
    version: VERSION,
    leavesOut: LEAVES_OUT,
    parts: parts.map((part) => ({
      ...part,
      networks: part.networks.map(({ experiment, result }) => ({ experiment, result: packResult(result) })),
    })),
  } satisfies Written);
  const whole = JSON.stringify({ sha256: sha256(content), content });
  await writeAtomic(path, await promisify(gzip)(whole, { level: 9 }));
}

/**
 * The parts of an archive.
 *
 * @throws {RunFolderError} if it is no archive of this version, or has changed since it was written.
 */
export async function readArchive(path: string): Promise<Part[]> {
  const refuse = (why: string, cause?: unknown) => new RunFolderError(`${path}: ${why}`, { cause });
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw refuse(whyUnreadable(error), error);
  });
  const text = await promisify(gunzip)(bytes).catch((error: Error) => {
    throw refuse(`is no archive of a run, or is damaged: ${error.message}`, error);
  });
  const outer = parsed(text.toString("utf8")) as { sha256?: unknown; content?: unknown } | undefined;
  if (typeof outer?.content !== "string") throw refuse("is no archive of a run");
  if (outer.sha256 !== sha256(outer.content)) throw refuse("has changed since it was written");
  const written = parsed(outer.content) as Written | undefined;
  if (written?.format !== FORMAT || written.version !== VERSION) throw refuse("is of another version of ltt");
  try {
    return written.parts.map((part, i) => {
      const networks = part.networks.map(({ experiment, result }) => ({ experiment, result: resultOf(result) }));
      checkResults(
        "archive",
        `parts[${i}].networks`,
        networks.map(({ result }) => result),
        FIELDS,
      );
      checkAudit("archive", `parts[${i}].audit`, part.audit);
      return { ...part, networks };
    });
  } catch (error) {
    throw refuse(`is no archive of a run: ${(error as Error).message}`, error);
  }
}

/** Of a run's options those that do not say where things were on its machine. */
export function withoutPlaces(options: PlannedRun["options"]): PlannedRun["options"] {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) => {
      if (PLACES.has(name) || value === undefined) return [];
      if (!FILES.has(name)) return [[name, value]];
      return [[name, Array.isArray(value) ? value.map(baseName) : baseName(String(value))]];
    }),
  );
}

const PLACES = new Set(["data", "cache", "out", "json", "dryRun", "verbose"]);
const FILES = new Set(["texts", "validation", "test", "plugins", "plugin", "published", "ticket"]);

function baseName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== "") ?? path;
}

function resultOf(result: ArchivedResult): PartNetwork["result"] {
  if (typeof result.node !== "string") throw new TypeError(`a network has no node: ${result.arm}`);
  return { ...unpackResult(result), node: result.node };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told by the caller
  }
}

const FIELDS = [
  "arm",
  "seed",
  "round",
  "sparsity",
  "groups",
  "trainLoss",
  "validationLoss",
  "validationAccuracy",
  "testLoss",
  "testAccuracy",
  "measures",
  "earlyStopStep",
  "censored",
  "collapsed",
  "firstStep",
  "steps",
  "seconds",
  "testScores",
  "tensors",
  "curve",
] as const;
