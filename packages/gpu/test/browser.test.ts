import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openPage } from "../../../tools/consumers/browser.ts";
import { type Absent, askChromium, CHROMIUM } from "../../../tools/consumers/chromium.ts";
import type { Outcome } from "./browser/page.ts";

// where they are required, nothing is asked, and what is absent fails
const absent: Absent = process.env.LTT_REQUIRE_GPU === "1" ? {} : await askChromium();
for (const reason of new Set(Object.values(absent))) console.warn(`SKIPPED: the GPU backend in a browser: ${reason}`);

describe("in Chromium, on a minified page", () => {
  const out = mkdtempSync(join(tmpdir(), "ltt-gpu-page-"));
  afterAll(() => rmSync(out, { recursive: true }));
  const project = join(import.meta.dirname, "browser");
  const outcome = async (query: string): Promise<Outcome> =>
    JSON.parse(await openPage(project, CHROMIUM, { out, sources: true, gpu: true, query, patience: 240_000 }));

  for (const mode of ["webgpu", "webgl2"] as const) {
    test.skipIf(absent[mode])(
      `every operation and every peril of devices holds on ${mode}`,
      async () => {
        const { adapter, passed, failed } = await outcome(`?mode=${mode}`);
        console.log(`${mode} in Chromium: ${adapter?.description}; ${passed.length} checks passed`);
        expect(failed).toEqual([]);
        expect(adapter?.mode).toBe(mode);
        expect(passed.length).toBeGreaterThan(100);
      },
      250_000,
    );
  }

  test.skipIf(absent.chromium)(
    "a browser without WebGPU gets an error that says what to do, not another backend",
    async () => {
      const { adapter, failed } = await outcome("?mode=webgpu&without");
      expect(adapter).toBeUndefined();
      expect(failed).toEqual([
        {
          name: "createGpuBackend",
          message:
            'gpu: this browser has no WebGPU (navigator.gpu; pages need https or localhost): use one that has, or ask for the mode "webgl2"',
        },
      ]);
    },
    60_000,
  );
});
