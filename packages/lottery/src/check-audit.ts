import { check, flag, type Kinds, list, text } from "@ltt/core/arguments";
import { checkFields } from "./kinds.ts";
import type { AuditCheck } from "./result.ts";

/** @throws {TypeError | RangeError} unless these are checks of an audit. */
export function checkAudit(where: string, name: string, checks: readonly AuditCheck[]): void {
  check(where, name, checks, list);
  for (const [i, one] of checks.entries()) checkFields(where, `${name}[${i}]`, one, AUDIT);
}

const AUDIT: Kinds<AuditCheck> = { check: text, passed: flag, detail: text };
