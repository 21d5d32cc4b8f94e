import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { Checks, run } from "./checks.ts";
import { manifests, packAll, root, type Tarball, tryToPublish } from "./pack.ts";

/** `npm run packages`: packs every package and checks the tarballs, since they are what users get. Build first. */

const checks = new Checks();
const folder = mkdtempSync(join(tmpdir(), "ltt-packages-"));
try {
  const tarballs = await checks.check("npm pack", () => packAll(folder));
  for (const tarball of tarballs ?? []) {
    const { name } = tarball.manifest;
    await checks.check(`${name}: contents`, () => checkContents(tarball));
    await checks.check(`${name}: publint`, () => lint(tarball.file));
    await checks.check(`${name}: attw`, () =>
      run(join(root, "node_modules/.bin/attw"), [tarball.file, "--profile", "esm-only", "--no-definitely-typed"]),
    );
  }
  for (const [name, { private: isPrivate }] of manifests())
    if (isPrivate !== true) await checks.check(`packages/${name}: npm publish --dry-run`, () => tryToPublish(name));
} finally {
  rmSync(folder, { recursive: true });
}
checks.finish();

/**
 * Licence and README are there; tests and leftovers of older builds are not: each compiled file has its source, each source its compiled
 * file. What was generated has neither source nor map, or both.
 */
function checkContents({ contents }: Tarball): void {
  const stems = (pattern: RegExp) => contents.flatMap((path) => pattern.exec(path)?.[1] ?? []).sort();
  const sources = stems(/^src\/(.*)\.ts$/);
  const compiled = stems(/^dist\/(.*)\.js$/);
  const hasMap = (stem: string) => !/\.generated$/.test(stem) || contents.includes(`dist/${stem}.js.map`);
  const problems = [
    ...contents.filter((path) => /\.test\.|\.test-d\.|tsbuildinfo/.test(path)).map((path) => `${path} is a test`),
    ...sources.filter((stem) => !compiled.includes(stem)).map((stem) => `src/${stem}.ts is not built`),
    ...compiled
      .filter((stem) => !sources.includes(stem) && hasMap(stem))
      .map((stem) => `dist/${stem}.js has no source: remove dist`),
    ...["LICENSE", "README.md", "package.json"]
      .filter((file) => !contents.includes(file))
      .map((file) => `there is no ${file}`),
    ...(sources.length === 0 ? ["there are no sources"] : []),
  ];
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

async function lint(file: string): Promise<void> {
  const bytes = readFileSync(file);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg = {} } = await publint({ pack: { tarball }, strict: true });
  if (messages.length > 0) throw new Error(messages.map((message) => formatMessage(message, pkg)).join("\n"));
}
