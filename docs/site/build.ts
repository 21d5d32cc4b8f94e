import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder, dataFolder } from "@ltt/cli";
import { build } from "vitepress";
import { makeApi } from "./api.ts";
import { brokenLinks } from "./check-links.ts";
import { copyResults, makePages, makeUntranslated } from "./pages.ts";
import { makeSamples } from "./samples.ts";
import { addressOf, serve } from "./serve.ts";

/**
 * `npm run site [-- --serve] [--base /PATH/]`: builds the site into `docs/site/dist`, without a network, checks its links, and serves it. MNIST is looked for in `$LTT_DATA`, or
 * where `ltt data get mnist` puts it; without it the playground has e-mails only.
 */

const { values: options } = parseArgs({
  options: { serve: { type: "boolean" }, base: { type: "string", default: "/" } },
});
const base = `/${options.base}/`.replaceAll(/\/+/g, "/");
const site = import.meta.dirname;
const [generated, dist] = [join(site, "generated"), join(site, "dist")];

rmSync(generated, { recursive: true, force: true });
mkdirSync(generated);
makePages(join(generated, "pages"));
await makeApi(join(generated, "pages/api"));
makeUntranslated(join(generated, "pages"));
const data = dataFolder();
await makeSamples(join(generated, "samples"), data === undefined ? { cache: cacheFolder() } : { data });
await build(site, { base });
cpSync(join(generated, "samples"), join(dist, "samples"), { recursive: true });
copyResults(join(dist, "results"));

const broken = brokenLinks(dist, base);
if (broken.length > 0) throw new Error(`site: links lead nowhere:\n${broken.join("\n")}`);
if (options.serve) console.log(addressOf(await serve({ port: 4173, base })));
else process.exit(0); // a bundler may leave workers behind
