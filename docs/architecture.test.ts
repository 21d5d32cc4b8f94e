import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { type Manifest, manifests, root } from "../tools/pack.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");
const architecture = read("docs/architecture.md");

/** What is under a heading, to the next one of its level or above. */
function section(heading: string): string {
  const level = /^#+/.exec(heading)![0].length;
  const from = architecture.indexOf(`\n${heading}\n`);
  if (from < 0) throw new Error(`docs/architecture.md has no heading "${heading}"`);
  const rest = architecture.slice(from + heading.length + 2);
  const end = rest.search(new RegExp(`^#{1,${level}} `, "m"));
  return end < 0 ? rest : rest.slice(0, end);
}

const tableRows = (text: string) =>
  Array.from(text.matchAll(/^\| `(.*)\|$/gm), ([row]) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
const namesIn = (cell: string) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name]) => name!).sort();

describe("the map of folders", () => {
  test("names every folder there is, and no other", () => {
    const named = tableRows(section("## Map of folders")).map(([folder]) => namesIn(folder!)[0]!);
    const packages = foldersIn("packages", 1).flatMap((folder) => [
      folder,
      ...foldersIn(folder, 1),
      ...foldersIn(join(folder, "src"), Infinity),
    ]);
    const others = foldersIn(".", 1).filter((folder) => folder !== "packages");
    const there = [...others, ...others.flatMap((folder) => foldersIn(folder, Infinity)), "packages", ...packages];
    expect(named.toSorted()).toEqual(there.map((folder) => `${folder}/`).sort());
  });
});

describe("the table of packages", () => {
  const rows = new Map(tableRows(section("## Packages")).map(([name, , ...rest]) => [namesIn(name!)[0]!, rest]));

  test("names every package", () => {
    const names = [...manifests().values()].map(({ name }) => name);
    expect([...rows.keys()].sort()).toEqual(names.sort());
  });

  test.each([...manifests().values()])("tells the dependencies of $name", (manifest) => {
    const { name, dependencies = {} } = manifest;
    const [ours, others] = rows.get(name)!.map(namesIn);
    const named = Object.keys(dependencies).sort();
    expect(ours).toEqual(oursOf(manifest));
    expect(others).toEqual(named.filter((dependency) => !isOurs(dependency)));
  });

  test.each([...manifests()])("and the linter refuses every other import in %s", (folder, manifest) => {
    const { name } = manifest;
    const { overrides }: { overrides: Override[] } = JSON.parse(read("biome.json"));
    const override = overrides.find(({ includes }) => includes.includes(`packages/${folder}/**`));
    const refused = Object.keys(override?.linter.rules.style?.noRestrictedImports?.options.paths ?? {});
    for (const other of rows.keys()) {
      const may = other === name || oursOf(manifest).includes(other);
      expect(refused.includes(other), `${name} ${may ? "may" : "may not"} import ${other}`).toBe(!may);
    }
  });
});

const isOurs = (dependency: string) => dependency.startsWith("@ltt/");

/** Those that come with it, and those that its users may add. */
function oursOf({ dependencies, peerDependencies }: Manifest): string[] {
  return Object.keys({ ...dependencies, ...peerDependencies })
    .filter(isOurs)
    .sort();
}

interface Override {
  readonly includes: readonly string[];
  readonly linter: {
    readonly rules: {
      readonly style?: { readonly noRestrictedImports?: { readonly options: { readonly paths: object } } };
    };
  };
}

/** Not in git: what is built, and the hidden folders of git and editors. */
const isIgnored = (folder: string) =>
  ["node_modules", "dist", "lib", "coverage", "runs", "generated"].includes(folder) ||
  (folder.startsWith(".") && folder !== ".ci");

const documents = [
  ...[
    "README.md",
    "CONTRIBUTING.md",
    ...filesIn("docs"),
    ...[...manifests().keys()].map((name) => `packages/${name}/README.md`),
  ],
].filter((file) => file.endsWith(".md") && existsSync(join(root, file)) && !file.startsWith("docs/site/")); // the site's build checks its links

describe.each(documents)("%s", (file) => {
  const text = read(file);
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, "");

  test("has links that lead somewhere", () => {
    const links = Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target!).filter(
      (target) => !/^[a-z]+:/.test(target),
    );
    const broken = links.filter((link) => {
      const [path, heading] = link.split("#");
      const target = path === "" ? file : join(dirname(file), path!);
      if (!existsSync(join(root, target))) return true;
      return heading !== undefined && !headingsOf(read(target)).includes(heading);
    });
    expect(broken).toEqual([]);
  });

  test("names files and folders that are there", () => {
    const paths = Array.from(
      text.matchAll(/(?<![\w./~-])(?:packages|tools|docs|examples|benchmarks|\.ci)\/[\w./@-]+/g),
      ([path]) => path.replace(/[.:]+$/, ""),
    );
    const missing = paths.filter((path) => !path.includes("NAME") && !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  test("names commands that npm knows", () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read("package.json"));
    const { scripts: inCore }: { scripts: Record<string, string> } = JSON.parse(read("packages/core/package.json"));
    const commands = text.matchAll(/npm run (?:--silent )?([\w:-]+)( -w @ltt\/core)?/g);
    const unknown = Array.from(commands).filter(
      ([, name, core]) => !(name! in (core === undefined ? scripts : inCore)),
    );
    expect(unknown.map(([command]) => command)).toEqual([]);
  });
});

/** As they stand in links: `## The way` is `the-way`. */
function headingsOf(markdown: string): string[] {
  return Array.from(markdown.matchAll(/^#+ (.*)$/gm), ([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Folders under a folder, to a depth; those that hold nothing of git's do not count. */
function foldersIn(folder: string, depth: number): string[] {
  if (depth === 0) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !isIgnored(entry.name))
    .map((entry) => relative(root, join(root, folder, entry.name)))
    .filter((path) => filesIn(path).length > 0)
    .flatMap((path) => [path, ...foldersIn(path, depth - 1)]);
}

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return isIgnored(entry.name) ? [] : filesIn(path);
  });
}
