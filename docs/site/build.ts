import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, dataFolder } from "@ltt/cli";
import { build } from "vitepress";
import { makeSamples } from "./samples.ts";

/** `npm run site`: builds the site into `docs/site/dist`, without a network. MNIST is looked for in `$LTT_DATA`, or where `ltt data get mnist` puts it. */

const site = import.meta.dirname;
const generated = join(site, "generated");

rmSync(generated, { recursive: true, force: true });
mkdirSync(join(generated, "pages"), { recursive: true });
const data = dataFolder();
await makeSamples(join(generated, "samples"), data === undefined ? { cache: cacheFolder() } : { data });
await build(site);
cpSync(join(generated, "samples"), join(site, "dist/samples"), { recursive: true });
if (!existsSync(join(site, "dist/index.html"))) throw new Error("site: there is no index.html");
