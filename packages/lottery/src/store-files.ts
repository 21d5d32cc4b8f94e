import { bytes, check, finite, type Kind, map } from "@ltt/core/arguments";
import { z } from "zod";
import { canonicalJson, type Json, sha256, writeJson } from "./json.ts";
import { checkFields } from "./kinds.ts";
import { hashOf, type Node, nodeSchema } from "./node.ts";
import type { Receipt } from "./store.ts";

// What every implementation of `Store` does alike, wherever it keeps files: refuses names that would lead out of it,
// and seals files with a receipt.

/** A name of a folder, which must not lead out of the store. */
const hashKind: Kind = {
  type: "string",
  words: "a node's hash, of letters and digits",
  accepts: (value) => typeof value === "string" && /^[0-9a-z]+$/i.test(value),
};

const fileName: Kind = {
  type: "string",
  words: "a name without slashes",
  accepts: (value) => typeof value === "string" && /^[^/\\]+$/.test(value) && !/^\.*$/.test(value),
};

/** @throws {TypeError | RangeError} unless it is a name of letters and digits. */
export function checkHash(where: string, hash: string): void {
  check(where, "hash", hash, hashKind);
}

/** @throws {TypeError | RangeError} unless these are bytes by names that lead nowhere else. */
export function checkFiles(where: string, files: ReadonlyMap<string, Uint8Array>): void {
  check(where, "files", files, map);
  for (const [name, content] of files) {
    check(where, "the name of a file", name, fileName);
    check(where, `files of "${name}"`, content, bytes);
  }
}

/** @throws {TypeError | RangeError} unless it is JSON with seconds. */
export function checkReceipt(where: string, receipt: Receipt): void {
  checkFields(where, "receipt", receipt, { seconds: finite });
  writeJson(where, "receipt", receipt);
}

/** SHA-256 of each file, by its name. */
export function sumsOf(files: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries(Array.from(files, ([file, content]) => [file, sha256(content)]));
}

/** A receipt that names its node, the SHA-256 of each file, and its own. */
export type SealedReceipt = Receipt & { readonly node: string; readonly files: Readonly<Record<string, string>> };

/** The text of `receipt.json`. */
export function encodeReceipt(name: string, files: ReadonlyMap<string, Uint8Array>, receipt: Receipt): Uint8Array {
  const rest: { readonly [key: string]: Json } = { node: name, files: sumsOf(files), ...receipt };
  return Buffer.from(`${JSON.stringify({ ...rest, checksum: sha256(canonicalJson(rest)) }, null, 2)}\n`);
}

/** A receipt from its text; or what is wrong with it. */
export function decodeReceipt(
  text: Uint8Array,
  name: string,
): { readonly receipt: SealedReceipt } | { readonly damage: string } {
  const read = receiptSchema.safeParse(parse(Buffer.from(text).toString("utf8")));
  if (!read.success) return { damage: "receipt.json cannot be read" };
  const { checksum, ...rest } = read.data;
  const isWhole = rest.node === name && checksum === sha256(canonicalJson(rest as Json));
  return isWhole ? { receipt: rest as SealedReceipt } : { damage: "receipt.json has changed" };
}

const receiptSchema = z.looseObject({
  node: z.string(),
  files: z.record(z.string(), z.string()),
  seconds: z.number(),
  checksum: z.string(),
});

/** The node in the text of a `config.json`, if it is the one that the name stands for. */
export function nodeIn(config: string, hash: string): Node | undefined {
  const node = nodeSchema.safeParse(parse(config));
  return node.success && hashOf(node.data) === hash ? node.data : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused by the schema
  }
}
