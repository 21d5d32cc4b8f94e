import { check, checkOptions, count, type Kinds, object, text } from "@ltt/core/arguments";
import { z } from "zod";
import { canonicalJson, type Json, sha256, writeJson } from "./json.ts";
import { checkFields } from "./kinds.ts";

/** The name of a node, which says what kind of thing it makes: a mask cannot be passed for weights. */
export type Hash<Kind extends string = string> = string & { readonly kind?: Kind };

/** Options of an operation. What is left out has its default. */
export type Params = { readonly [name: string]: Json };

/**
 * One step of an experiment, as data: an operation, its options, and the nodes that it works on. Its name is the hash
 * of these four fields, so it is known before anything runs. What does not determine the result (arm, round, labels,
 * threads) is not in it.
 */
export interface Node<Kind extends string = string> {
  readonly op: string;
  /** Raised when the same options give other results. */
  readonly version: number;
  readonly params: Params;
  readonly inputs: Readonly<Record<string, string>>;
  /** Of types only: what the node makes. */
  readonly kind?: Kind;
}

/** An operation's name, its version, and the defaults of its options. */
export interface Operation<Kind extends string> {
  readonly name: string;
  readonly version: number;
  readonly defaults: Params;
  readonly makes: Kind;
}

/**
 * A node of an operation. Options that have their default are left out: an option that is added later, with a default
 * that does what was done before, changes no name.
 */
export function nodeOf<Kind extends string>(
  operation: Operation<Kind>,
  params: Readonly<Record<string, Json | undefined>>,
  inputs: Readonly<Record<string, string>> = {},
): Node<Kind> {
  checkFields("nodeOf", "operation", operation, OPERATION);
  writeJson("nodeOf", "operation.defaults", operation.defaults);
  check("nodeOf", "params", params, object);
  checkInputs("nodeOf", inputs);
  const { name, version, defaults } = operation;
  const told = Object.entries(params).filter((entry): entry is [string, Json] => {
    const [key, value] = entry;
    if (value === undefined) return false;
    writeJson("nodeOf", `params.${key}`, value);
    const standard = defaults[key];
    return standard === undefined || canonicalJson(standard) !== canonicalJson(value);
  });
  return { op: name, version, params: Object.fromEntries(told), inputs };
}

const OPERATION: Kinds<Operation<string>> = { name: text, version: count, defaults: object, makes: text };

/** The name of a node: the first 16 hexadecimal digits of the SHA-256 of its canonical JSON. */
export function hashOf<Kind extends string>(node: Node<Kind>): Hash<Kind> {
  const { op, version, params, inputs } = checkOptions("hashOf", node, NODE, ["op", "version", "params", "inputs"]);
  checkInputs("hashOf", inputs);
  return sha256(writeJson("hashOf", "node", { op, version, params, inputs })).slice(0, 16);
}

const NODE: Kinds<Node> = { op: text, version: count, params: object, inputs: object, kind: text };

function checkInputs(where: string, inputs: Node["inputs"]): void {
  check(where, "inputs", inputs, object);
  for (const [name, hash] of Object.entries(inputs)) check(where, `inputs.${name}`, hash, text);
}

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(json), z.record(z.string(), json)]),
);
/** A node as a file holds it. */
export const nodeSchema: z.ZodType<Node> = z.object({
  op: z.string(),
  version: z.int(),
  params: z.record(z.string(), json),
  inputs: z.record(z.string(), z.string()),
});
