import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const here = (name: string) => pathToFileURL(fileURLToPath(new URL(name, import.meta.url))).href;

test("closures of a TypeScript file are made without a call; names, lines and columns are those of the file", () => {
  const file = join(mkdtempSync(join(tmpdir(), "ltt-typescript-")), "closures.mts");
  writeFileSync(
    file,
    `const make = () => (x: number): number => x + 1;
function naming(): string {
  return eval("String(__name)");
}
function failing(): never {
  if (make()(1) === 2) throw new Error("here");
  throw new Error("elsewhere");
}
const atFirst = String(naming());
setTimeout(() => console.log(JSON.stringify({ atFirst, later: String(naming()), name: make.name, at })));
let at;
try {
  failing();
} catch (error) {
  at = (error as Error).stack!.split("\\n")[1]!.trim().replace(/\\(.*\\//, "(");
}
`,
  );
  const run = (loader: string) => {
    const { stdout, stderr } = spawnSync(process.execPath, ["--import", loader, file], { encoding: "utf8" });
    return stdout === "" ? stderr : JSON.parse(stdout);
  };
  const at = "at failing (closures.mts:6:30)";
  const names = expect.stringContaining("__defProp(");
  expect(run(import.meta.resolve("tsx"))).toEqual({ atFirst: names, later: names, name: "make", at });
  expect(run(here("typescript.mjs"))).toEqual({ atFirst: names, later: "target=>target", name: "make", at });
});
