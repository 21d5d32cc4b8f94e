export * from "@ltt/core/arguments";
export { checkAudit } from "./check-audit.ts";
export { checkResults } from "./check-results.ts";
export { checkVerdict } from "./check-verdict.ts";
export { between0And1, checkEach, checkFields, limit, nullable, optional, path, share, signal } from "./kinds.ts";
export { checkSettings } from "./settings.ts";
