import { check as checkArgument, count, type Kinds, list, object, text } from "@ltt/core/arguments";
import { checkFields, optional, share } from "./kinds.ts";
import { checkPattern, checkValues, type Pattern, type Values } from "./pattern.ts";
import type { AuditCheck } from "./result.ts";

/** A network as its files hold it: what an audit looks at. */
export interface AuditedNetwork {
  readonly arm: string;
  readonly seed: number;
  readonly round: number;
  /** Before training, the values in the pattern's order; buffers where the model has them. */
  readonly start: { readonly pattern: Pattern; readonly values: Values; readonly buffers?: Values };
  /** After it. */
  readonly trained: { readonly pattern: Pattern; readonly values: Values };
  /** The step of the best weights, which `trained` are. */
  readonly bestStep?: number | undefined;
  /** Of late rewinding: whole tensors as they were kept after a step of dense training. */
  readonly rewoundTo?: { readonly step: number; readonly values: Values; readonly buffers?: Values } | undefined;
  /** Tensors that keep their initial values: neither trained nor pruned. Default: none. */
  readonly frozen?: ReadonlySet<string>;
}

/**
 * Looks for the faults of published lottery-ticket code in the networks of a run, as their files hold them:
 *
 * - pruned weights that grow back through momentum or weight decay, or training that was dense after all;
 * - patterns that are not nested, or remove another number than `round(rate · left)`, as thresholds do where values tie;
 * - patterns cut from the initial instead of the trained weights;
 * - “tickets” that are trained weights, or start from others than the initial ones;
 * - controls with another pattern than the ticket's, or that keep values of it, the trained embedding above all; shuffled ones that shuffle nothing, or hold other
 *   values than the ticket;
 * - “late” rewinding to the first or to the last weights, unless the dense network was best at the very step rewound to;
 * - buffers that start from another moment than the weights;
 * - frozen tensors that were trained or pruned after all. Of these no other check speaks: the control keeps them too.
 *
 * @param rate - The fraction of what was left that each round was to remove.
 * @returns a check each, with what was compared or where it failed.
 * @throws {TypeError | RangeError} if a part of a network is missing or of the wrong kind, or there is not one value for each position.
 */
export function audit(networks: readonly AuditedNetwork[], rate: number): AuditCheck[] {
  checkNetworks(networks);
  checkArgument("audit", "rate", rate, share);
  const find = (arm: string, { seed, round }: AuditedNetwork, ago = 0) =>
    networks.find(
      (other) => other.arm === (round === ago ? "dense" : arm) && other.seed === seed && other.round === round - ago,
    );
  const sparse = networks.filter(({ round }) => round > 0);
  const controls = sparse.filter(({ arm }) => isControl(arm));
  const ofArm = (arm: string) => sparse.filter((network) => network.arm === arm);
  /** The network whose trained weights decided a pattern. */
  const parent = (network: AuditedNetwork) => find(isControl(network.arm) ? "winning-ticket" : network.arm, network, 1);

  return [
    check("Pruned weights stayed pruned", sparse, (network) =>
      eachTensor(network, ({ name, positions }) => !same(network.trained.pattern.get(name), positions)),
    ),
    check("Patterns are nested, round after round", sparse, (network) =>
      eachTensor(network, ({ name, positions }) => !within(positions, parent(network)?.trained.pattern.get(name))),
    ),
    check("Each cut removed exactly its share of every tensor", sparse, (network) =>
      eachTensor(network, ({ name, positions }) => {
        const left = parent(network)?.trained.pattern.get(name)?.length ?? -1;
        return positions.length !== left - Math.round(rate * left);
      }),
    ),
    check("Cuts removed the smallest of the trained weights", sparse, (network) =>
      eachTensor(network, ({ name, positions }) => !keepsLargest(positions, name, parent(network))),
    ),
    check("Winning tickets start from the initial weights, bit for bit", ofArm("winning-ticket"), (network) =>
      eachTensor(
        network,
        ({ name, positions, values }) =>
          !startsFrom(values, positions, name, initial(find("dense", network, network.round))),
      ),
    ),
    check("The controls have the winning ticket's pattern", controls, (network) =>
      eachTensor(
        network,
        ({ name, positions }) => !same(find("winning-ticket", network)?.start.pattern.get(name), positions),
      ),
    ),
    check(
      "The shuffled control has the winning ticket's initial weights, in other places",
      ofArm("shuffled-init"),
      (network) => shuffleFault(network, find("winning-ticket", network)),
    ),
    check("The control's weights are fresh in every tensor", ofArm("random-reinit"), (network) =>
      eachTensor(network, ({ name, positions, values }) => {
        const others = [
          find("winning-ticket", network),
          find("random-reinit", network, 1),
          find("dense", network, network.round),
        ];
        if (isConstant(values)) return false; // it is not drawn, as the gain of a normalisation, which starts at 1
        return others.some((other) => other !== undefined && resembles(values, positions, name, other));
      }),
    ),
    check(
      "Late rewinding starts from the early weights, neither the first nor the last",
      ofArm("late-rewinding"),
      (network) => {
        const { rewoundTo } = network;
        if (rewoundTo === undefined) return "no early weights are kept";
        const wrong = eachTensor(
          network,
          ({ name, positions, values }) => !startsFrom(values, positions, name, rewoundTo.values),
        );
        if (wrong !== undefined) return wrong;
        // The few weights that a sparse network keeps may not have moved until then: whole tensors are compared.
        const dense = find("dense", network, network.round);
        const matches = (whole: Values | undefined) =>
          [...network.start.pattern.keys()].every((name) => identical(rewoundTo.values.get(name), whole?.get(name)));
        if (matches(initial(dense))) return "they are the first";
        // The last weights are the best ones put back: the same as the early ones exactly where the best step is the early one.
        return matches(dense?.trained.values) && dense?.bestStep !== rewoundTo.step ? "they are the last" : undefined;
      },
    ),
    check(
      "Buffers start from the same moment as the weights",
      sparse.filter(({ arm, start }) => arm !== "random-reinit" && (start.buffers?.size ?? 0) > 0),
      (network) => {
        const source: AuditedNetwork["start"] | AuditedNetwork["rewoundTo"] =
          network.rewoundTo ?? find("dense", network, network.round)?.start;
        const theirs = source?.buffers;
        return [...network.start.buffers!].find(([name, values]) => !identical(values, theirs?.get(name)))?.[0];
      },
    ),
    check(
      "Frozen tensors are the dense network's first, whole, everywhere",
      networks.filter(({ frozen }) => frozen !== undefined && frozen.size > 0),
      (network) => {
        const first = initial(find("dense", network, network.round));
        return [...network.frozen!].find((name) =>
          [network.start, network.trained].some(({ values }) => !identical(values.get(name), first?.get(name))),
        );
      },
    ),
  ].filter((result) => result !== undefined);
}

const NETWORK: Kinds<AuditedNetwork> = {
  arm: text,
  seed: count,
  round: count,
  start: object,
  trained: object,
  bestStep: optional(count),
  rewoundTo: optional(object),
  frozen: optional({ words: "a Set of names", accepts: (value) => value instanceof Set }),
};

function checkNetworks(networks: readonly AuditedNetwork[]): void {
  checkArgument("audit", "networks", networks, list);
  for (const [i, network] of networks.entries()) {
    const name = `networks[${i}]`;
    checkFields("audit", name, network, NETWORK);
    for (const part of ["start", "trained"] as const) {
      const { pattern, values, buffers = new Map() }: AuditedNetwork["start"] = network[part];
      checkPattern("audit", `${name}.${part}.pattern`, pattern);
      checkValues("audit", `${name}.${part}.values`, values);
      checkValues("audit", `${name}.${part}.buffers`, buffers);
      for (const [tensor, { length }] of pattern) {
        const found = values.get(tensor)?.length ?? "no";
        if (found === length || network.frozen?.has(tensor)) continue; // of these the audit itself says whether they are whole
        throw new RangeError(`audit: ${name}.${part}: "${tensor}" has ${found} values for ${length} positions`);
      }
    }
    if (network.rewoundTo === undefined) continue;
    checkFields("audit", `${name}.rewoundTo`, network.rewoundTo, { step: count });
    checkValues("audit", `${name}.rewoundTo.values`, network.rewoundTo.values);
    checkValues("audit", `${name}.rewoundTo.buffers`, network.rewoundTo.buffers ?? new Map());
  }
}

function isControl(arm: string): boolean {
  return arm === "random-reinit" || arm === "shuffled-init";
}

/** What is wrong with a control that should have the ticket's start in another order within each tensor. */
function shuffleFault({ start, frozen }: AuditedNetwork, ticket: AuditedNetwork | undefined): string | undefined {
  let [same, compared, tensors] = [0, 0, 0];
  for (const [name, values] of start.values) {
    if (frozen?.has(name)) continue;
    if (values.some((value) => value !== 0)) tensors++;
    const theirs = ticket?.start.values.get(name);
    if (!identical(values.toSorted(), theirs?.toSorted())) return `${name} has other values`;
    if (isConstant(values)) continue;
    for (const [i, value] of values.entries()) {
      if (value === 0) continue; // biases and the padding's row start at 0 everywhere
      compared++;
      if (value === theirs?.[i]) same++;
    }
  }
  // However many values a tensor has, a random order leaves one of them where it stood, on average, as a Poisson variable of mean 1.
  const byChance = tensors + 5 * Math.sqrt(tensors);
  return same > compared / 10 + byChance ? "the values stand where they stood" : undefined;
}

/** Applies a test to every network; `fault` says what is wrong, or nothing. No check where there is nothing to check. */
function check(
  name: string,
  networks: readonly AuditedNetwork[],
  fault: (network: AuditedNetwork) => string | undefined,
): AuditCheck | undefined {
  if (networks.length === 0) return undefined;
  for (const network of networks) {
    const wrong = fault(network);
    if (wrong === undefined) continue;
    const { arm, seed, round } = network;
    return { check: name, passed: false, detail: `${arm}, seed ${seed}, round ${round}: ${wrong}` };
  }
  return { check: name, passed: true, detail: `${networks.length} networks` };
}

interface StartTensor {
  readonly name: string;
  readonly positions: Int32Array;
  readonly values: Float32Array;
}

/** The name of the first trained tensor that is wrong. */
function eachTensor({ start, frozen }: AuditedNetwork, wrong: (tensor: StartTensor) => boolean): string | undefined {
  for (const [name, positions] of start.pattern) {
    if (frozen?.has(name)) continue;
    if (wrong({ name, positions, values: start.values.get(name)! })) return name;
  }
  return undefined;
}

function same(a: Int32Array | undefined, b: Int32Array): boolean {
  return a !== undefined && a.length === b.length && a.every((at, i) => at === b[i]);
}

function identical(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  return a !== undefined && a.length === b?.length && a.every((value, i) => Object.is(value, b[i]));
}

/** Whether ascending positions are among others. */
function within(positions: Int32Array, others: Int32Array | undefined): boolean {
  let i = 0;
  for (const at of others ?? []) if (at === positions[i]) i++;
  return i === positions.length;
}

/** Whether no trained weight that went is larger than one that stayed. */
function keepsLargest(positions: Int32Array, name: string, parent: AuditedNetwork | undefined): boolean {
  const [before, trained] = [parent?.trained.pattern.get(name), parent?.trained.values.get(name)];
  if (before === undefined || trained === undefined) return false;
  let [smallestKept, largestGone] = [Infinity, 0];
  for (let i = 0, kept = 0; i < before.length; i++) {
    const size = Math.abs(trained[i]!);
    if (before[i] === positions[kept]) {
      kept++;
      smallestKept = Math.min(smallestKept, size);
    } else {
      largestGone = Math.max(largestGone, size);
    }
  }
  return largestGone <= smallestKept;
}

function isConstant(values: Float32Array): boolean {
  return values.length > 1 && values.every((value) => value === values[0]);
}

function initial(dense: AuditedNetwork | undefined): Values | undefined {
  return dense?.start.values;
}

/** Whether values are those of a whole tensor at their positions, to the bit. */
function startsFrom(values: Float32Array, positions: Int32Array, name: string, whole: Values | undefined): boolean {
  const tensor = whole?.get(name);
  return tensor !== undefined && values.every((value, i) => Object.is(value, tensor[positions[i]!]));
}

/** Whether more than one in ten of the values other than 0 also stand, at the same places, in another network's start or end. */
function resembles(values: Float32Array, positions: Int32Array, name: string, other: AuditedNetwork): boolean {
  return [other.start, other.trained].some(({ pattern, values: theirs }) => {
    const [places, found] = [pattern.get(name) ?? new Int32Array(), theirs.get(name)];
    let [shared, compared] = [0, 0];
    for (let i = 0, k = 0; i < positions.length; i++) {
      if (values[i] === 0) continue; // biases and the padding's row start at 0 everywhere
      compared++;
      while (k < places.length && places[k]! < positions[i]!) k++; // both ascend
      if (places[k] === positions[i] && found?.[k] === values[i]) shared++;
    }
    return shared > compared / 10;
  });
}
