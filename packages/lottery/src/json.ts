import { createHash } from "node:crypto";
import { bytes as aUint8Array, check, describe, type Kind, text } from "@ltt/core/arguments";

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON that is the same text for the same content: keys sorted by code units, no blanks, numbers as JavaScript writes
 * them. As RFC 8785 for all that is accepted here.
 *
 * @throws {RangeError} for −0, NaN and ±∞, which JSON cannot tell apart or hold, and for what holds itself; the message says where.
 * @throws {TypeError} for `undefined`, functions, maps, typed arrays and whatever else JSON does not hold.
 */
export function canonicalJson(value: Json): string {
  return writeJson("canonicalJson", "value", value);
}

/** The same for a function whose name is what messages begin with. */
export function writeJson(where: string, path: string, value: Json, within: readonly Json[] = []): string {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    throw new RangeError(`${where}: ${path} is ${Object.is(value, -0) ? "−0" : value}, which JSON does not hold`);
  }
  if (!isJson(value)) throw new TypeError(`${where}: ${path} is ${describe(value)}, which JSON does not hold`);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (within.includes(value)) throw new RangeError(`${where}: ${path} holds itself`);
  const inside = [...within, value];
  if (Array.isArray(value))
    return `[${Array.from(value, (item, i) => writeJson(where, `${path}[${i}]`, item, inside)).join(",")}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${writeJson(where, `${path}.${key}`, field, inside)}`).join(",")}}`;
}

function isJson(value: unknown): boolean {
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

const textOrBytes: Kind = {
  words: `${text.words}, or ${aUint8Array.words}`,
  accepts: (value) => text.accepts(value) || aUint8Array.accepts(value),
};

/**
 * SHA-256, as hexadecimal digits; of a text, of its UTF-8.
 *
 * @throws {TypeError} if it is neither.
 */
export function sha256(bytes: Uint8Array | string): string {
  check("sha256", "bytes", bytes, textOrBytes);
  return createHash("sha256").update(bytes).digest("hex");
}
