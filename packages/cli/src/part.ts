import { join } from "node:path";
import type { Vocabulary } from "@ltt/data";
import {
  type AuditCheck,
  experimentOf,
  FolderStore,
  type LevelResult,
  RunFolderError,
  type StoredFiles,
  storedResults,
} from "@ltt/lottery";
import { ARCHIVE, type NodeReceipt, type Part, type PartNetwork, readArchive, withoutPlaces } from "./archive-file.ts";
import { readEncoding } from "./encoding.ts";
import { encodedOf } from "./node-files.ts";
import { kindOf, NAME_A_RUN } from "./path-kind.ts";
import type { PlannedRun } from "./run-file.ts";
import { auditNoted, latestRun, type NotedRun } from "./run-folder.ts";
import type { ReportWords } from "./run-report.ts";
import { ticketMasks } from "./ticket-masks.ts";

/** A part, and where it was read: parts of one place are of one run. */
export interface ReadPart extends Part {
  readonly place: string;
  /** Whether its nodes are there, weights and all. */
  readonly hasWeights: boolean;
  /** Of its run: how many networks it set out to train. */
  readonly planned: number;
  /** The file of published curves that its run was given, where it is at hand. */
  readonly published: string | undefined;
}

/** What a run folder holds of a run, from results that were read or made. */
export async function partOf(
  store: FolderStore,
  run: Pick<PlannedRun, "pair" | "profile" | "backend" | "options" | "faults" | "origin">,
  { report, levels, audit, vocabulary }: PartResults,
): Promise<Part> {
  const receipts: Record<string, NodeReceipt> = {};
  const networks: PartNetwork[] = [];
  const there = new Set(await store.list());
  for (const result of levels) {
    const { node = "" } = result;
    const stored = await store.readSome(node, ["config.json", "lineage.json"]);
    if (stored === undefined) throw new RunFolderError(`node ${node} is no longer there`);
    networks.push({ experiment: experimentOf(stored), result: { ...result, node } });
    receipts[node] = receiptOf(stored);
    const lineage = JSON.parse(Buffer.from(stored.files.get("lineage.json")!).toString("utf8")) as object;
    for (const hash of Object.keys(lineage)) {
      if (receipts[hash] !== undefined || !there.has(hash)) continue;
      const parent = await store.readSome(hash, ["config.json"]);
      if (parent !== undefined) receipts[hash] = receiptOf(parent);
    }
  }
  const { pair, profile, backend, options, faults, origin } = run;
  const made = origin === undefined ? {} : { origin };
  return {
    run: { pair, profile, backend, options: withoutPlaces(options), faults, ...made, report },
    networks,
    audit,
    receipts,
    masks: await ticketMasks(store, levels, vocabulary),
  };
}

/** What of a run was read or made. */
interface PartResults {
  readonly report: ReportWords;
  readonly levels: readonly LevelResult[];
  readonly audit: readonly AuditCheck[];
  /** Of texts. */
  readonly vocabulary: Vocabulary | undefined;
}

/**
 * What a path holds: an archive its parts; a run folder its latest run, and of the archive in it those networks whose nodes are gone.
 *
 * @throws {RunFolderError} if it is neither, or is not there, or no network is finished.
 */
export async function partsAt(path: string, say: (line: string) => void): Promise<ReadPart[]> {
  const kind = await kindOf(path);
  if (kind === undefined)
    throw new RunFolderError(`${path}: there is no such folder or archive; ${NAME_A_RUN}, or an archive`);
  if (kind === "file")
    return (await readArchive(path)).map((part, i) => kept(part, i === 0 ? path : `${path} (part ${i + 1})`));
  const archive = join(path, ARCHIVE);
  const archived = (await kindOf(archive)) === "file" ? await readArchive(archive) : [];
  if (archived.length > 0 && (await kindOf(join(path, "nodes"))) === undefined)
    return archived.map((part) => kept(part, path));
  const run = await latestRun(path);
  const live = await livePart(path, run, say);
  const missing = new Set(run.covered.map(({ node }) => node));
  for (const { result } of live.networks) missing.delete(result.node);
  const rest = archived
    .map((part) => ({ ...part, networks: part.networks.filter(({ result }) => missing.has(result.node)) }))
    .filter(({ networks }) => networks.length > 0)
    .map((part) => kept(part, path));
  const found = rest.reduce((sum, { networks }) => sum + networks.length, 0);
  const parts = [{ ...live, planned: live.planned - found }, ...rest].filter(({ networks }) => networks.length > 0);
  if (parts.length === 0) throw new RunFolderError(`${path}: no network of the run is finished yet`);
  return parts;
}

function kept(part: Part, place: string): ReadPart {
  return { ...part, place, hasWeights: false, planned: part.networks.length, published: undefined };
}

/** Those networks of a run that are in its folder. */
async function livePart(folder: string, run: NotedRun, say: (line: string) => void): Promise<ReadPart> {
  const store = await FolderStore.open(folder, { onDamage: say });
  const levels = await storedResults(store, run.covered);
  const audit = await auditNoted(store, run, say);
  const vocabulary = await vocabularyOf(folder, store, levels);
  const part = await partOf(store, run, { report: run.report, levels, audit, vocabulary });
  const published = run.options.published as string | undefined;
  return { ...part, place: folder, hasWeights: true, planned: run.covered.length, published };
}

/** That of the texts that the networks were trained on; `undefined` of images, or where the folder does not keep it. */
async function vocabularyOf(
  folder: string,
  store: FolderStore,
  levels: readonly LevelResult[],
): Promise<Vocabulary | undefined> {
  const node = levels[0]?.node;
  const stored = node === undefined ? undefined : await store.readSome(node, ["config.json"]);
  if (stored === undefined) return undefined;
  try {
    return (await readEncoding(folder, encodedOf(stored))).vocabulary;
  } catch (error) {
    if (error instanceof RunFolderError) return undefined;
    throw error;
  }
}

function receiptOf({ receipt }: StoredFiles): NodeReceipt {
  const { files, seconds, backend } = receipt;
  return {
    files: files as NodeReceipt["files"],
    seconds,
    ...(typeof backend === "string" ? { backend } : {}),
  };
}
