import { type AuditCheck, auditRun, type Criterion, FolderStore, RunFolderError } from "@ltt/lottery";
import type { Pair } from "./pairs.ts";
import { checkIsFolder } from "./path-kind.ts";
import { loadPlugins } from "./plugins.ts";
import { type CoveredNetwork, type PlannedRun, plannedRuns } from "./run-file.ts";
import type { RunOptions } from "./run-options.ts";
import type { ReportWords } from "./run-report.ts";

/** A run that `ltt run` noted in its folder, with what its report needs. */
export interface NotedRun extends PlannedRun {
  readonly covered: readonly CoveredNetwork[];
  readonly report: ReportWords;
}

/**
 * The latest run of a folder.
 *
 * @throws {RunFolderError} if there is no such folder, or none is noted there.
 */
export async function latestRun(folder: string): Promise<NotedRun> {
  await checkIsFolder(folder);
  await FolderStore.check(folder);
  const noted = (await plannedRuns(folder)).find(({ report, covered }) => report && covered);
  if (noted !== undefined) return noted as NotedRun;
  throw new RunFolderError(
    `${folder}: no run is noted in run.json; ltt run with the options of the run notes it, and trains nothing twice`,
  );
}

/**
 * The options of the run that has a node, as `runPair` takes them.
 *
 * @throws {RunFolderError} if there is no such folder, or no run in it that has the node.
 */
export async function optionsOfNode(folder: string, node: string): Promise<RunOptions> {
  await checkIsFolder(folder);
  const runs = await plannedRuns(folder);
  const has = ({ networks, covered = [] }: PlannedRun) => [...networks, ...covered].some((one) => one.node === node);
  const run = runs.find(has);
  if (run === undefined) {
    throw new RunFolderError(`${folder}: no run noted in run.json has the network ${node}; names are in metrics.csv`);
  }
  const { pair, profile, backend, options } = run;
  const subject = options.texts === undefined && options.images === undefined ? { pair: pair as Pair } : {};
  return { ...options, ...subject, profile, backend };
}

/** What the audit of a noted run finds, in its files as they are now. Networks that are not finished are left out. */
export async function auditNoted(
  store: FolderStore,
  { covered, options }: NotedRun,
  say: (line: string) => void,
): Promise<AuditCheck[]> {
  const there = new Set(await store.list());
  const levels = covered
    .filter(({ node }) => there.has(node))
    .map(({ node, ...level }) => ({ ...level, network: node }));
  return auditRun(store, levels, { criteria: await criteriaOf(options.plugins, say) });
}

/** Criteria of the plugin files of a run: without them some scores cannot be checked, and the audit says so. */
async function criteriaOf(plugins: RunOptions["plugins"], say: (line: string) => void): Promise<readonly Criterion[]> {
  if (plugins === undefined) return [];
  return loadPlugins(plugins).then(
    ({ criteria }) => criteria,
    (error: Error) => {
      say(error.message);
      return [];
    },
  );
}
