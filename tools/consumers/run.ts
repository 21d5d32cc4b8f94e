import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Checks, run } from "../checks.ts";
import { packAll, root, type Tarball } from "../pack.ts";
import { openPage } from "./browser.ts";
import { askChromium, CHROMIUM } from "./chromium.ts";
import { CNN_FILES, checkCnn } from "./cnn.ts";
import { checkCosts, checkInstalledSize, measureCosts, writeCosts } from "./costs.ts";
import { checkPlugin } from "./plugin.ts";
import { checkReadmes, examplesOf } from "./readmes.ts";
import { checkSizes, measureSizes, writeSizes } from "./sizes.ts";

/**
 * `npm run consumers [-- --write]`: uses the packed packages as strangers do. All tarballs are installed into an empty project outside
 * the repository; a JavaScript file, a strict TypeScript file and a page train the same network, on the default, the reference and the
 * WebAssembly backend, and must print the same loss, to the bit; so must a text CNN's weights be, with threads, in Node and in a page's worker.
 * The installed command runs a plugin's criterion and arm. The example of each README runs as it is pasted, in JavaScript and in strict TypeScript. With
 * `--write`, the sizes of the bundles go to docs/sizes.md and the READMEs. Build first.
 */

/** The loss after 300 steps is about 0.0012; at the start it is about 0.7. */
const BOUND = 0.01;
const own = (tool: string) => join(root, "node_modules/.bin", tool);

const checks = new Checks();
const project = mkdtempSync(join(tmpdir(), "ltt-consumers-"));
try {
  const tarballs = await checks.check("npm pack of every package", () => packAll(project));
  const installed =
    tarballs && (await checks.check("npm install of the tarballs into an empty project", () => install(tarballs)));
  if (tarballs && installed) await useThem(tarballs);
  else checks.skip("consumers", "there is nothing installed to use");
} finally {
  rmSync(project, { recursive: true });
}
checks.finish();

function install(tarballs: readonly Tarball[]): true {
  // gpu.js would compile its optional gl, and bring a second webgpu: packages/gpu/README.md tells its users the same
  const manifest = { name: "stranger", private: true, type: "module", overrides: { webgpu: "0.6.2" } };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  const files = tarballs.map(({ file }) => file);
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  run("npm", ["install", ...quiet, "--omit=optional", ...files], { cwd: project });
  for (const file of ["xor.js", "xor.ts", "index.html", ...CNN_FILES])
    copyFileSync(join(root, "tools/consumers", file), join(project, file));
  return true;
}

async function useThem(tarballs: readonly Tarball[]): Promise<void> {
  const losses = new Map<string, readonly string[]>();
  const prints = async (name: string, body: () => string | Promise<string>) => {
    const printed = await checks.check(name, async () => lossesIn(await body()));
    if (printed !== undefined) losses.set(name, printed);
  };

  for (const { manifest } of tarballs) {
    for (const entry of Object.keys(manifest.exports ?? {})) {
      if (entry === "./testing") continue; // needs fast-check, an optional peer
      const name = join(manifest.name, entry);
      await checks.check(`${name} can be imported`, () =>
        node("--input-type=module", "--eval", `await import("${name}")`),
      );
    }
    for (const command of Object.keys(manifest.bin ?? {}))
      await checks.check(`${command} --help`, () => run(join(project, "node_modules/.bin", command), ["--help"]));
  }
  await prints("a JavaScript file in Node", () => node("xor.js"));
  await prints("a strict TypeScript file, moduleResolution nodenext", () => compiled("nodenext", "nodenext"));
  await prints("a strict TypeScript file, moduleResolution bundler", () => compiled("esnext", "bundler"));
  const { chromium: absent } = await askChromium();
  const inPage = "a Vite page in headless Chromium";
  if (absent === undefined) await prints(inPage, () => openPage(project, CHROMIUM));
  else if (process.env.CI || process.env.LTT_REQUIRE_GPU === "1")
    await checks.check(inPage, () => Promise.reject(new Error(absent)));
  else checks.skip(inPage, absent);

  await checks.check(`${losses.size} consumers print the same loss to the bit, below ${BOUND}`, () => {
    const different = new Set([...losses.values()].flat());
    const [loss] = different;
    if (different.size !== 1 || !(Number(loss) < BOUND))
      throw new Error([...losses].map(([name, printed]) => `${printed.join(" ")}  ${name}`).join("\n"));
    console.log(`        ${loss}`);
  });
  await checkCnn(checks, project, absent === undefined ? CHROMIUM : undefined);
  await checkPlugin(checks, project);
  await checks.check("@ltt/core and @ltt/layers install under 3 MB", () => checkInstalledSize(tarballs));
  const examples = await checks.check("every README has an example", () => examplesOf(project, tarballs));
  await checkReadmes(checks, project, examples ?? []);
  const costs = (await checks.check("bundles of the examples", () => measureCosts(project, examples ?? []))) ?? [];
  for (const { name, minified, gzipped } of costs) console.log(`        ${name}: ${minified} kB, ${gzipped} with gzip`);
  if (process.argv.includes("--write")) writeCosts(costs);
  await checks.check("the READMEs tell these costs", () => checkCosts(costs));
  const sizes = await checks.check("bundles", () => measureSizes(project));
  if (sizes === undefined) return;
  for (const { name, minified, gzipped } of sizes)
    console.log(`        ${name}: ${minified} bytes minified, ${gzipped} with gzip`);
  if (process.argv.includes("--write")) writeSizes(sizes);
  await checks.check("docs/sizes.md tells the sizes to a tenth", () => checkSizes(sizes));
}

function node(...args: string[]): string {
  return run("node", args, { cwd: project });
}

/** One for each backend that the program trained on. */
function lossesIn(printed: string): readonly string[] {
  const [, losses] = /^loss (.+)$/m.exec(printed) ?? [];
  if (losses === undefined) throw new Error(`no line "loss …" in what it printed:\n${printed}`);
  return losses.split(" ");
}

/** Compiles xor.ts with every check on, the packages' declarations included, and runs the result. */
function compiled(module: string, moduleResolution: string): string {
  const folder = join(project, moduleResolution);
  mkdirSync(folder);
  const compilerOptions = {
    ...{ module, moduleResolution, target: "es2023", lib: ["es2023", "dom"], types: [], outDir: "." },
    ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...compilerOptions, rootDir: ".." }, files: ["../xor.ts"] }),
  );
  run(own("tsc"), ["-p", folder]);
  return node(join(folder, "xor.js"));
}
