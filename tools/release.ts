import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { run } from "./checks.ts";
import { type Manifest, manifests, root } from "./pack.ts";

/**
 * `npm run release -- VERSION [--publish]`: one version for all packages.
 *
 * Sets it everywhere, builds, checks the tarballs and what npm would publish (`npm run packages`); then commits and tags `vVERSION`. With `--publish` it publishes too, each package after
 * those that it depends on; provenance wants a CI that npm trusts. `--dry-run` writes nothing and takes the version that is there.
 */

const program = new Command("release")
  .argument("[version]", "such as 0.2.0")
  .option("--publish", "publish, after the tag")
  .option("--dry-run", "build, check, and ask npm; write, commit and tag nothing")
  .parse();
const [version] = program.args;
const { publish, dryRun } = program.opts<{ publish?: true; dryRun?: true }>();

if ((version === undefined) !== (dryRun === true)) throw new Error("release: give a version, or --dry-run");
if (publish && dryRun) throw new Error("release: --publish or --dry-run, not both");
if (version !== undefined) say(`version ${version}`, () => prepare(version));
try {
  say("build", () => run("npm", ["run", "build"], { cwd: root }));
  say("check the tarballs", () => run("npm", ["run", "--silent", "packages"], { cwd: root }));
} catch (error) {
  if (version !== undefined)
    console.error("release: nothing is committed; `git checkout .` takes the new version back");
  throw error;
}

if (version !== undefined) {
  say(`commit and tag v${version}`, () => {
    run("git", ["commit", "--all", "--message", `release: ${version}`], { cwd: root });
    return run("git", ["tag", "--annotate", `v${version}`, "--message", version], { cwd: root });
  });
  if (publish) for (const folder of inOrder()) say(`npm publish ${folder}`, () => publishOne(folder));
  console.log(
    publish
      ? "published; push the commit and its tag"
      : `tagged; npm publish what v${version} holds, or run with --publish`,
  );
}

/** @throws {Error} if the tree is not clean, the version does not follow, or the changelog does not know it. */
function prepare(next: string): void {
  if (!/^\d+\.\d+\.\d+$/.test(next)) throw new Error(`release: ${next} is no version such as 0.2.0`);
  const now = versionOf([...manifests().keys()][0]!);
  if (!isAfter(next, now)) throw new Error(`release: ${next} does not follow ${now}`);
  if (run("git", ["status", "--porcelain"], { cwd: root }) !== "")
    throw new Error("release: there are changes that are not committed");
  if (!readFileSync(join(root, "CHANGELOG.md"), "utf8").includes(`\n## ${next}\n`))
    throw new Error(`release: CHANGELOG.md has no heading "## ${next}": say what changed`);
  for (const folder of ["", "docs/site", ...[...manifests().keys()].map((name) => `packages/${name}`)])
    rewrite(join(folder, "package.json"), (text) =>
      text.replace(/^( {2}"version": )"[^"]+"/m, `$1"${next}"`).replace(/("@ltt\/[\w-]+": )"[\d.]+"/g, `$1"${next}"`),
    );
  rewrite("README.md", (text) => text.replaceAll(`-${now}.tgz`, `-${next}.tgz`));
  run("npm", ["install", "--package-lock-only", "--ignore-scripts"], { cwd: root });
}

function rewrite(path: string, change: (text: string) => string): void {
  const file = join(root, path);
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

function publishOne(folder: string): string {
  return run("npm", ["publish", "--loglevel=error"], { cwd: join(root, "packages", folder) });
}

/** Each folder after those whose packages it depends on. */
function inOrder(): string[] {
  const all = manifests();
  const folderOf = new Map([...all].map(([folder, { name }]) => [name, folder]));
  const done: string[] = [];
  const visit = (folder: string): void => {
    if (done.includes(folder)) return;
    for (const name of dependenciesOf(all.get(folder)!)) if (folderOf.has(name)) visit(folderOf.get(name)!);
    done.push(folder);
  };
  for (const folder of all.keys()) visit(folder);
  return done;
}

function dependenciesOf({ dependencies, peerDependencies }: Manifest): string[] {
  return Object.keys({ ...dependencies, ...peerDependencies });
}

function versionOf(folder: string): string {
  return JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")).version;
}

function isAfter(next: string, now: string): boolean {
  const [a, b] = [next, now].map((version) => version.split(".").map(Number));
  const place = a!.findIndex((part, i) => part !== b![i]);
  return place >= 0 && a![place]! > b![place]!;
}

function say(what: string, body: () => unknown): void {
  console.log(what);
  body();
}
