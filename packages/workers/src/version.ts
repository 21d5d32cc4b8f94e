import { readFileSync } from "node:fs";

/** Of this package: its `package.json` lies one folder above this file, in the sources and in what is published. */
export const LTT_VERSION: string = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;
