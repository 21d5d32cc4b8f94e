import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { run } from "./checks.ts";
import { root } from "./pack.ts";

interface Report {
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly { status: string }[] }[];
}

test("where there are no golden values, no browser and no adapter, their tests are skipped: no file is without a test", () => {
  const folder = mkdtempSync(join(tmpdir(), "ltt-absent-"));
  try {
    const [outputFile, nothing] = [join(folder, "tests.json"), join(folder, "nothing")];
    const absent = { LTT_GOLDEN: nothing, CHROMIUM: nothing, VK_ICD_FILENAMES: nothing, LTT_REQUIRE_GPU: "" };
    const args = ["vitest", "run", "golden.test", "packages/gpu/test", "--reporter=json", `--outputFile=${outputFile}`];
    run("npx", args, { cwd: root, env: absent, timeout: 110_000 });

    const { testResults }: Report = JSON.parse(readFileSync(outputFile, "utf8"));
    const files = testResults.map(({ name }) => relative(root, name)).sort();
    expect(files).toEqual(
      expect.arrayContaining(["core", "layers", "gpu"].map((name) => `packages/${name}/test/golden.test.ts`)),
    );
    const empty = testResults.filter(({ assertionResults }) => assertionResults.length === 0);
    expect(empty.map(({ name }) => relative(root, name))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);
