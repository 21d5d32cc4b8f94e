import { createHash } from "node:crypto";
import { decodeSafetensors, encodeSafetensors, type SafetensorsEntry } from "@ltt/core";
import { check, checkOptions, type Kinds, object, text } from "@ltt/core/arguments";
import { nodeFiles } from "./network-files.ts";
import { type Hash, hashOf, type Node, nodeOf } from "./node.ts";
import { GIVEN } from "./operations.ts";
import { checkPattern, checkValues, type Pattern, type Values } from "./pattern.ts";
import { RunFolderError } from "./run-folder-error.ts";
import type { StoredFiles } from "./store.ts";
import type { TransferredTicket } from "./transfer.ts";

/** What names a ticket of another run: these two are its node, so that whatever brings another mask or other values is another node. */
export interface GivenTicket {
  /** SHA-256 of its files, as hexadecimal digits. */
  readonly digest: string;
  /** The network of the other run that it was: the name of its node there. */
  readonly source: string;
}

export const GIVEN_TICKET: Kinds<GivenTicket> = { digest: text, source: text };

/**
 * The node of a ticket of another run.
 *
 * @param init - The initial weights that have its shapes.
 */
export function givenNode(ticket: GivenTicket, init: Hash<"weights">): Node<"mask"> {
  const { digest, source } = checkOptions("givenNode", ticket, GIVEN_TICKET, ["digest", "source"]);
  check("givenNode", "init", init, text);
  return nodeOf(GIVEN, { digest, source }, { init });
}

/**
 * The files of a ticket of another run, to be stored under its node's name, and what names it.
 *
 * - `mask.safetensors`: `positions/NAME`, all that is kept;
 * - `values.safetensors`: `positions/NAME` and `values/NAME`, what it brings.
 *
 * @param source - The network of the other run that it was.
 * @param init - The initial weights that have its shapes.
 */
export function givenFiles(
  transferred: TransferredTicket,
  source: string,
  init: Node<"weights">,
): { readonly ticket: GivenTicket; readonly files: Map<string, Uint8Array> } {
  check("givenFiles", "transferred", transferred, object);
  const { mask, positions, values } = transferred;
  checkPattern("givenFiles", "transferred.mask", mask);
  checkPattern("givenFiles", "transferred.positions", positions);
  checkValues("givenFiles", "transferred.values", values);
  check("givenFiles", "source", source, text);
  const contents = new Map([
    ["mask.safetensors", encodeSafetensors(new Map(positionsOf(mask)))],
    ["values.safetensors", encodeSafetensors(new Map([...positionsOf(positions), ...valuesOf(values)]))],
  ]);
  const ticket = { digest: digestOf(contents), source };
  const node = givenNode(ticket, hashOf(init));
  return { ticket, files: new Map([...nodeFiles(node, new Map([[hashOf(init), init]])), ...contents]) };
}

/**
 * A ticket of another run from its files.
 *
 * @throws {RunFolderError} if a file is missing or damaged, or they are not those that the node names.
 */
export function readGiven({ place, files }: StoredFiles): TransferredTicket {
  const contents = new Map(
    ["mask.safetensors", "values.safetensors"].map((name) => {
      const bytes = files.get(name);
      if (bytes === undefined) throw new RunFolderError(`${place}/${name} is missing`);
      return [name, bytes] as const;
    }),
  );
  const { params } = JSON.parse(Buffer.from(files.get("config.json") ?? "{}").toString("utf8")) as Partial<Node>;
  if (params?.digest !== digestOf(contents))
    throw new RunFolderError(`${place}: mask and values are not those that config.json names`);
  const [kept, brought] = Array.from(contents, ([name, bytes]) => decodeSafetensors(bytes, `${place}/${name}`).tensors);
  return { mask: positionsIn(kept!), positions: positionsIn(brought!), values: valuesIn(brought!) };
}

function digestOf(contents: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of contents) hash.update(`${name} ${bytes.length}\n`).update(bytes);
  return hash.digest("hex");
}

function positionsOf(pattern: Pattern): [string, SafetensorsEntry][] {
  return Array.from(pattern, ([name, data]) => [`positions/${name}`, { dtype: "I32", shape: [data.length], data }]);
}

function valuesOf(values: Values): [string, SafetensorsEntry][] {
  return Array.from(values, ([name, data]) => [`values/${name}`, { dtype: "F32", shape: [data.length], data }]);
}

function positionsIn(tensors: ReadonlyMap<string, SafetensorsEntry>): Pattern {
  return new Map([...tensors].flatMap(([key, entry]) => (entry.dtype === "I32" ? [[nameIn(key), entry.data]] : [])));
}

function valuesIn(tensors: ReadonlyMap<string, SafetensorsEntry>): Values {
  return new Map([...tensors].flatMap(([key, entry]) => (entry.dtype === "F32" ? [[nameIn(key), entry.data]] : [])));
}

function nameIn(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}
