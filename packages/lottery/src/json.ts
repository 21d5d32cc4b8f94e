import { createHash } from "node:crypto";

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON that is the same text for the same content: keys sorted by code units, no blanks, numbers as JavaScript writes them. As RFC 8785 for all that is
 * accepted here.
 *
 * @throws {RangeError} for −0, NaN and ±∞, which JSON cannot tell apart or hold, and for `undefined`; the message says where.
 */
export function canonicalJson(value: Json): string {
  return write(value, "value");
}

function write(value: Json, path: string): string {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    throw new RangeError(`canonicalJson: ${path} is ${Object.is(value, -0) ? "−0" : value}, which JSON does not hold`);
  }
  if (value === undefined || typeof value === "function" || typeof value === "bigint" || typeof value === "symbol") {
    throw new RangeError(`canonicalJson: ${path} is ${typeof value}, which JSON does not hold`);
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item, i) => write(item, `${path}[${i}]`)).join(",")}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${write(field, `${path}.${key}`)}`).join(",")}}`;
}

/** SHA-256, as hexadecimal digits. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
