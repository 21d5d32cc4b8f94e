import type { Kind } from "@ltt/core/arguments";

/** Of a file or folder. */
export const path: Kind = {
  type: "string",
  words: "a path",
  accepts: (value) => typeof value === "string" && value !== "" && !value.includes("\0"),
};
