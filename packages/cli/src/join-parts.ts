import { type AuditCheck, canonicalJson, type LevelResult, RunFolderError } from "@ltt/lottery";
import type { ReportOrigin, TicketMask } from "@ltt/report";
import type { ReadPart } from "./part.ts";
import { commandOf } from "./run-command-line.ts";
import type { ReportWords } from "./run-report.ts";

/** Repetitions of one experiment, from any number of run folders and archives, as one report tells of them. */
export interface JoinedRun {
  readonly parts: readonly ReadPart[];
  readonly words: ReportWords;
  /** By seed, each as its run has them. */
  readonly levels: readonly LevelResult[];
  readonly audit: readonly AuditCheck[];
  readonly origins: readonly ReportOrigin[];
  readonly masks: readonly TicketMask[];
}

/**
 * Puts together parts of one experiment: those whose networks of the same arm and round differ in nothing but their seed. What is left are
 * several experiments, to be compared.
 *
 * @throws {RunFolderError} if two parts have the same network with other files: one of them was made by other code, or by a faulty machine.
 */
export function joinParts(parts: readonly ReadPart[]): JoinedRun[] {
  const groups: ReadPart[][] = [];
  for (const part of parts) {
    const group = groups.find((group) => group.some((one) => one.place === part.place || isSameExperiment(one, part)));
    if (group === undefined) groups.push([part]);
    else group.push(part);
  }
  return groups.map(joined);
}

function isSameExperiment(a: ReadPart, b: ReadPart): boolean {
  const experiments = new Map(a.networks.map(({ experiment, result }) => [nameOf(result), experiment]));
  const others = b.networks.map(({ experiment, result }) => [experiments.get(nameOf(result)), experiment]);
  const shared = others.filter(([own]) => own !== undefined);
  return shared.length > 0 && shared.every(([own, other]) => own === other);
}

function nameOf({ arm, round }: LevelResult): string {
  return round === 0 ? "dense" : `${arm} ${round}`;
}

function joined(parts: readonly ReadPart[]): JoinedRun {
  const taken = new Map<
    string,
    { readonly part: ReadPart; readonly result: LevelResult & { readonly node: string } }
  >();
  const used = parts.map((part) => {
    const own = part.networks.filter(({ result }) => {
      const key = `${nameOf(result)} ${result.seed}`;
      const there = taken.get(key);
      if (there === undefined) {
        taken.set(key, { part, result });
        return true;
      }
      if (there.part !== part) checkSame(there.part, part, result);
      return there.part === part;
    });
    return { ...part, networks: own };
  });
  const left = used.filter(({ networks }) => networks.length > 0);
  const levels = left.flatMap(({ networks }) => networks.map(({ result }) => result));
  return {
    parts: left,
    words: wordsOf(left),
    levels: left.length === 1 ? levels : levels.toSorted((a, b) => a.seed - b.seed),
    audit: auditOf(left),
    origins: left.map(originOf),
    masks: left.find(({ masks }) => masks !== undefined && masks.length > 0)?.masks ?? [],
  };
}

function checkSame(
  a: ReadPart,
  b: ReadPart,
  { arm, seed, round, node }: LevelResult & { readonly node: string },
): void {
  const [one, other] = [a.receipts[node]?.files, b.receipts[node]?.files];
  if (one !== undefined && other !== undefined && canonicalJson(one) === canonicalJson(other)) return;
  throw new RunFolderError(
    `${a.place} and ${b.place} have ${arm}, seed ${seed}, round ${round} (node ${node}) with other files: ` +
      "one of them was made by other code or a faulty machine; leave it out",
  );
}

function seedsOf({ networks }: ReadPart): number[] {
  return [...new Set(networks.map(({ result }) => result.seed))].sort((a, b) => a - b);
}

export function seedWords(seeds: readonly number[]): string {
  return `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`;
}

/** Those of the first part; where others say something else, both, with the seeds that it holds for. */
function wordsOf(parts: readonly ReadPart[]): ReportWords {
  const [first, ...others] = parts.map(({ run }) => run.report) as [ReportWords, ...ReportWords[]];
  if (others.length === 0) return first;
  const all = [...new Set(parts.flatMap(seedsOf))].sort((a, b) => a - b);
  const names = [...new Set(parts.flatMap(({ run }) => run.report.settings.map(([name]) => name)))];
  return {
    ...first,
    notes: [...new Set([first, ...others].flatMap(({ notes }) => notes))],
    settings: names.map((name) => {
      if (name === "seeds") return [name, all.join(", ")];
      if (name === "networks") return [name, String(parts.reduce((sum, { networks }) => sum + networks.length, 0))];
      const told = parts.map(({ run }) => run.report.settings.find(([other]) => other === name)?.[1] ?? "–");
      if (new Set(told).size === 1) return [name, told[0]!];
      return [name, told.map((value, i) => `${seedWords(seedsOf(parts[i]!))}: ${value}`).join("; ")];
    }),
  };
}

/** Each check over all parts: passed where it passed in each. */
function auditOf(parts: readonly ReadPart[]): AuditCheck[] {
  if (parts.length === 1) return [...parts[0]!.audit];
  const names = [...new Set(parts.flatMap(({ audit }) => audit.map(({ check }) => check)))];
  return names.map((check) => {
    const found = parts.map(({ audit }) => audit.find((one) => one.check === check));
    const details = found.map(
      (one, i) => `${seedWords(seedsOf(parts[i]!))}: ${one === undefined ? "not checked" : one.detail}`,
    );
    return { check, passed: found.every((one) => one?.passed !== false), detail: details.join("; ") };
  });
}

function originOf(part: ReadPart): ReportOrigin {
  const { run, networks, hasWeights, receipts } = part;
  const { origin } = run;
  return {
    seeds: seedsOf(part),
    command: commandOf(run, seedsOf(part)),
    ...(origin?.commit === undefined ? {} : { commit: origin.commit }),
    ...(origin === undefined ? {} : { version: origin.version, node: origin.node, machine: origin.machine }),
    backend: run.backend,
    seconds: networks.reduce((sum, { result }) => sum + result.seconds, 0),
    networks: networks.length,
    files: Object.values(receipts).reduce((sum, { files }) => sum + Object.keys(files).length, 0),
    hasWeights,
  };
}
