import { parseArgs } from "node:util";
import { cacheFolder, dataFolder } from "@ltt/cli";
import type { Places } from "@ltt/data";

/** Where data is looked for: `--data DIR`, else `$LTT_DATA`, else where `npm run ltt -- data get` puts it. */
export function places(): Places {
  const { values } = parseArgs({ options: { data: { type: "string" } }, allowPositionals: true });
  const data = values.data ?? dataFolder();
  return data === undefined ? { cache: cacheFolder() } : { data };
}
