import { hashOf, type Node, OPERATIONS, TRAIN } from "@ltt/lottery";
import { z } from "zod";
import { Refusal } from "./payload.ts";

/** A network that is trained as one job. */
export interface PlannedNetwork {
  readonly hash: string;
  /** What messages call it. */
  readonly label: string;
  /** The networks that must be finished before. */
  readonly after: readonly string[];
  /** How many networks the longest chain has that begins with this one: the longest goes first. */
  readonly chain: number;
}

/** All that workers must know of an experiment, as data: nodes name operations that they have. */
export interface WorkPlan {
  readonly plan: 1;
  readonly title: string;
  /** What computes: a part of every trained node's name too. */
  readonly backend: string;
  /** SHA-256 of the packed data that the task is made of. */
  readonly data: string;
  readonly nodes: readonly Node[];
  readonly networks: readonly PlannedNetwork[];
}

/** @param labels - What messages call networks, by their nodes: those that are trained. */
export function workPlan(
  { title, backend, data, nodes }: Pick<WorkPlan, "title" | "backend" | "data" | "nodes">,
  labels: ReadonlyMap<string, string>,
): WorkPlan {
  const byHash = new Map(nodes.map((node) => [hashOf(node) as string, node]));
  const after = directlyBefore(byHash);
  const trained = [...byHash].flatMap(([hash, { op }]) => (op === TRAIN.name ? [hash] : []));
  const chains = chainsOf(trained, after);
  const networks = trained.map((hash) => ({
    hash,
    label: labels.get(hash) ?? hash,
    after: after.get(hash)!,
    chain: chains.get(hash)!,
  }));
  return { plan: 1, title, backend, data, nodes, networks };
}

/** Of every node: the networks that it rests on without another one between. */
function directlyBefore(nodes: ReadonlyMap<string, Node>): Map<string, readonly string[]> {
  const before = new Map<string, readonly string[]>();
  for (const [hash, { inputs }] of nodes) {
    const found = Object.values(inputs).flatMap((input) =>
      nodes.get(input)?.op === TRAIN.name ? [input] : (before.get(input) ?? []),
    );
    before.set(hash, [...new Set(found)]);
  }
  return before;
}

/** @param networks - Each after all that it rests on. */
function chainsOf(
  networks: readonly string[],
  after: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, number> {
  const chains = new Map<string, number>(networks.map((hash) => [hash, 1]));
  for (const hash of networks.toReversed()) {
    for (const before of after.get(hash)!) chains.set(before, Math.max(chains.get(before)!, chains.get(hash)! + 1));
  }
  return chains;
}

/** In the order of its fields, which is that of the files that workers write: whoever plans the same gets the same bytes. */
export function encodePlan({ title, backend, data, nodes, networks }: WorkPlan): Uint8Array {
  const ordered = nodes.map(({ op, version, params, inputs }) => ({ op, version, params, inputs }));
  return Buffer.from(JSON.stringify({ plan: 1, title, backend, data, nodes: ordered, networks }));
}

const hash = z.string().regex(/^[0-9a-f]{16}$/);
const nodeSchema: z.ZodType<Node> = z.strictObject({
  op: z.string(),
  version: z.int(),
  params: z.record(z.string(), z.json()),
  inputs: z.record(z.string(), hash),
}) as z.ZodType<Node>;
const schema: z.ZodType<WorkPlan> = z.strictObject({
  plan: z.literal(1),
  title: z.string(),
  backend: z.string(),
  data: z.string().regex(/^[0-9a-f]{64}$/),
  nodes: z.array(nodeSchema),
  networks: z.array(z.strictObject({ hash, label: z.string(), after: z.array(hash), chain: z.int().positive() })),
});

/**
 * A plan from its bytes: operations and versions are those that this code has, and every network is one of its nodes.
 *
 * @throws {RangeError | Refusal} if it is none; the message says what is wrong.
 */
export function decodePlan(bytes: Uint8Array): WorkPlan {
  const read = schema.safeParse(jsonIn(bytes));
  if (!read.success) {
    const { path, message } = read.error.issues[0]!;
    throw new RangeError(`plan: ${path.join(".") || "it"}: ${message}`);
  }
  const plan = read.data;
  const hashes = new Map(plan.nodes.map((node) => [hashOf(node) as string, node]));
  for (const [name, { op, version }] of hashes) {
    const known = OPERATIONS.find((operation) => operation.name === op);
    if (known === undefined) {
      throw new RangeError(
        `plan: node ${name} is "${op}"; this worker knows ${OPERATIONS.map((one) => one.name).join(", ")}`,
      );
    }
    if (known.version !== version) {
      throw new Refusal(`plan: node ${name} is "${op}" version ${version}; this worker has version ${known.version}`);
    }
  }
  for (const { hash: name, after } of plan.networks) {
    const other = [name, ...after].find((one) => hashes.get(one)?.op !== TRAIN.name);
    if (other !== undefined) throw new RangeError(`plan: network ${other} is none of its nodes`);
  }
  return plan;
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined; // refused by the schema
  }
}
