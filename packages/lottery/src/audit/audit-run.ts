import { check as checkArgument, checkOptions, count, type Kinds, list, object, text } from "@ltt/core/arguments";
import { checkCriterion } from "../criteria/criteria.ts";
import type { Criterion } from "../criterion.ts";
import { checkExpectation, type Expectation } from "../expectation.ts";
import { canonicalJson } from "../json.ts";
import { checkFields, optional } from "../kinds.ts";
import type { AuditCheck } from "../result.ts";
import { RunFolderError } from "../run-folder-error.ts";
import { type Store, storeKind } from "../store.ts";
import { checkTask, type Task } from "../task.ts";
import { AuditedFiles } from "./audited-files.ts";
import { type Check, type Fault, SKIP } from "./check.ts";
import { expectedByNodes } from "./expected-by-nodes.ts";
import { lowestBy, nestedIn, removed, sameMaskAs, shuffledMaskOf } from "./masks.ts";
import { PREDICTED, predictionsBy } from "./predictions.ts";
import { constantSizes, freshEverywhere, oneSize, rewoundTo, shuffledFrom, signsOf, startsFrom } from "./starts.ts";
import { transferredFrom } from "./transferred.ts";
import { lowestUnitsBy, unitsRemoved } from "./units.ts";
import { UNIVERSAL } from "./universal.ts";

/** A network to audit: what messages call it, its node, and what is expected of it. */
export interface AuditedLevel {
  readonly arm: string;
  readonly seed: number;
  readonly round: number;
  readonly network: string;
  /** Besides what every network must hold, and what its own nodes say of it. */
  readonly expect?: readonly Expectation[] | undefined;
}

export interface AuditOptions {
  /** Criteria that networks may have been cut by, besides the built-in ones. */
  readonly criteria?: readonly Criterion[] | undefined;
  /** What the networks learnt: then their first test batch is predicted again. Default: it is not. */
  readonly task?: Task | undefined;
}

const EXPECTED: { readonly [Kind in Expectation["kind"]]: Check<Extract<Expectation, { readonly kind: Kind }>> } = {
  nestedIn,
  removed,
  lowestBy,
  unitsRemoved,
  lowestUnitsBy,
  sameMaskAs,
  shuffledMaskOf,
  startsFrom,
  rewoundTo,
  freshEverywhere,
  shuffledFrom,
  signsOf,
  constantSizes,
  oneSize,
  transferredFrom,
};

const READABLE = "Files are what was written, each in its node's folder";

/** All checks, in the order of a report. */
const CHECKS = [
  READABLE,
  ...UNIVERSAL.map(({ words }) => words),
  PREDICTED,
  ...Object.values(EXPECTED).map(({ words }) => words),
];

/**
 * Looks for the faults of published lottery-ticket code in the files of networks: what was written, not what was meant. It knows no arms: a level brings its
 * expectations. Whatever it brings, of every network it checks
 *
 * - that files are whole, and the folder's name is the hash of the node in it;
 * - that pruned weights stayed pruned, frozen tensors are whole, weights of both signs were trained, and counts and shapes are those of the files;
 * - what its own nodes say: the mask is within the one that was cut, as many weights as the rate says went, those with the lowest scores, and a rewound network
 *   starts from the weights named.
 *
 * Of a task that is given, the first test batch is predicted again, which brings weights and predictions together. Scores are computed here again, and files are read without the code that writes them.
 *
 * @returns a check each, with what was compared or where it failed.
 */
export async function auditRun(
  store: Store,
  levels: readonly AuditedLevel[],
  options: AuditOptions = {},
): Promise<AuditCheck[]> {
  checkArgument("auditRun", "store", store, storeKind);
  checkArgument("auditRun", "levels", levels, list);
  for (const [i, level] of levels.entries()) {
    checkFields("auditRun", `levels[${i}]`, level, LEVEL);
    for (const [j, one] of (level.expect ?? []).entries())
      checkExpectation("auditRun", `levels[${i}].expect[${j}]`, one);
  }
  const { criteria = [], task } = checkOptions("auditRun", options, { criteria: list, task: object });
  for (const criterion of criteria) checkCriterion("auditRun", criterion);
  if (task !== undefined) checkTask("auditRun", task);
  const universal = task === undefined ? UNIVERSAL : [...UNIVERSAL, predictionsBy(task)];
  const files = new AuditedFiles(
    store,
    criteria,
    levels.map(({ network }) => network),
  );
  const findings = new Findings();
  for (const level of levels) {
    const network = await unlessUnreadable(() => files.network(level.network));
    findings.add(READABLE, level, typeof network === "string" ? network : undefined);
    if (typeof network === "string") continue;
    for (const { words, fault } of universal) {
      findings.add(words, level, await unlessUnreadable(async () => fault(network, files)));
    }
    for (const expectation of distinct([...expectedByNodes(network), ...(level.expect ?? [])])) {
      const { words, fault } = EXPECTED[expectation.kind] as Check<Expectation>;
      findings.add(words, level, await unlessUnreadable(async () => fault(network, files, expectation)));
    }
  }
  return findings.checks();
}

const LEVEL: Kinds<AuditedLevel> = { arm: text, seed: count, round: count, network: text, expect: optional(list) };

/** What was found of each check, over all networks. */
class Findings {
  readonly #found = new Map<string, Found>();

  add(words: string, { arm, seed, round }: AuditedLevel, fault: Fault): void {
    if (fault === SKIP) return;
    const found = this.#found.get(words) ?? { networks: new Set(), faults: new Map(), unchecked: new Map() };
    this.#found.set(words, found);
    const name = `${arm}, seed ${seed}, round ${round}`;
    if (typeof fault === "object") {
      found.unchecked.set(name, fault.unchecked);
      return;
    }
    found.networks.add(name);
    if (fault !== undefined && !found.faults.has(name)) found.faults.set(name, fault);
  }

  checks(): AuditCheck[] {
    return CHECKS.filter((check) => this.#found.has(check)).map((check) => {
      const { networks, faults, unchecked } = this.#found.get(check)!;
      const [first] = faults;
      if (first !== undefined) {
        const others = faults.size === 1 ? "" : `; and ${networksIn(faults.size - 1)} more`;
        return { check, passed: false, detail: `${first[0]}: ${first[1]}${others}` };
      }
      const [why] = unchecked.values();
      const not = why === undefined ? "" : `; not checked: ${networksIn(unchecked.size)}: ${why}`;
      return { check, passed: true, detail: `${networksIn(networks.size)}${not}` };
    });
  }
}

interface Found {
  /** Those that were looked at. */
  readonly networks: Set<string>;
  /** What is wrong, by network, and why others could not be checked. */
  readonly faults: Map<string, string>;
  readonly unchecked: Map<string, string>;
}

function networksIn(count: number): string {
  return count === 1 ? "1 network" : `${count} networks`;
}

/** What an arm expects may be what the nodes say: it is checked once. */
function distinct(expectations: readonly Expectation[]): Expectation[] {
  return [...new Map(expectations.map((one) => [canonicalJson({ ...one }), one])).values()];
}

async function unlessUnreadable<T>(look: () => Promise<T>): Promise<T | string> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof RunFolderError) return error.message;
    throw error;
  }
}
