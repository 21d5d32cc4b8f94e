import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { manifests, root } from "../tools/pack.ts";

// Whoever reads a file from the bottom up must never come back to where he began: no imports in a circle, those of types among them, which `noImportCycles` passes over.

/** Each source file of a package, and the files that it imports. */
function importsOf(name: string): [file: string, imports: string[]][] {
  const folder = join("packages", name, "src");
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((name) => {
      const file = join(folder, name);
      const found = readFileSync(join(root, file), "utf8").matchAll(
        /^(?:import|export)\b[^;]*?from "(\.[^"]+)"|import\("(\.[^"]+)"\)/gm,
      );
      return [file, Array.from(found, ([, from, type]) => join(dirname(file), (from ?? type)!))];
    });
}

describe("no circle", () => {
  test.each([...manifests().keys()])("of files in %s", (name) => {
    const imports = new Map(importsOf(name));
    expect([...imports.values()].flat().filter((file) => !imports.has(file))).toEqual([]);
    expect(circlesIn(imports)).toEqual([]);
  });

  test("of folders in core, each with the folders inside it", () => {
    const folders = new Map<string, string[]>();
    const folderOf = (file: string) => /^packages\/core\/src\/([^/]+)\//.exec(file)?.[1];
    for (const [file, imports] of importsOf("core")) {
      const folder = folderOf(file);
      if (folder === undefined) continue; // what is public
      const others = imports.flatMap((other) => folderOf(other) ?? []).filter((other) => other !== folder);
      folders.set(folder, [...(folders.get(folder) ?? []), ...others]);
    }
    expect(folders.size).toBeGreaterThan(8);
    expect(circlesIn(folders)).toEqual([]);
  });

  test("is overlooked", () => {
    const graph = { a: ["b", "d"], b: ["c"], c: ["b"], d: ["e"], e: ["f"], f: ["d", "g"], g: [] };
    expect(circlesIn(new Map(Object.entries(graph)))).toEqual([
      ["b", "c"],
      ["d", "e", "f"],
    ]);
  });
});

describe("what browsers take", () => {
  test.each(["core", "data", "layers", "lottery"])("of %s reaches no module of Node, and nobody else's", (name) => {
    const imports = new Map(importsOf(name));
    const entry = join(
      "packages",
      name,
      "src",
      manifests().get(name)!.exports!["./browser"] ? "browser.ts" : "index.ts",
    );
    const reached = new Set([entry]);
    for (const file of reached) for (const next of imports.get(file)!) reached.add(next); // a set's walk meets what it adds
    const others = [...reached].flatMap((file) =>
      Array.from(
        readFileSync(join(root, file), "utf8").matchAll(/^(?:import|export)\b[^;]*?from "([^."][^"]*)"/gm),
        ([, from]) => from!,
      ),
    );
    expect(others.filter((from) => !/^@ltt\/(core|layers)(\/arguments)?$/.test(from))).toEqual([]);
  });
});

/** The sets of nodes that all reach each other, sorted. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const reached = new Map<string, ReadonlySet<string>>();
  for (const [start, nexts] of graph) {
    const found = new Set(nexts);
    for (const node of found) for (const next of graph.get(node) ?? []) found.add(next); // a set's walk meets what it adds
    reached.set(start, found);
  }
  const circles = [...graph.keys()]
    .filter((node) => reached.get(node)!.has(node))
    .map((node) => [...reached.get(node)!].filter((other) => reached.get(other)?.has(node)).sort());
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()];
}
