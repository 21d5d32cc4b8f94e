import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { askChromium } from "./chromium.ts";

test("a Chromium that is not there is absent, and so are its adapters", async () => {
  const reason =
    "/no/chromium is not there: apt-get install --no-install-recommends chromium, or set CHROMIUM to another";
  expect(await askChromium("/no/chromium")).toEqual({ chromium: reason, webgpu: reason, webgl2: reason });
});

test("a file that is no browser that starts is not taken for one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ltt-no-chromium-"));
  try {
    const broken = join(folder, "chromium");
    writeFileSync(broken, "#!/bin/sh\necho 'chromium: libnss3.so: cannot open shared object file' >&2\nexit 127\n", {
      mode: 0o755,
    });
    const reason = `${broken} does not start: chromium: libnss3.so: cannot open shared object file`;
    expect(await askChromium(broken)).toEqual({ chromium: reason, webgpu: reason, webgl2: reason });

    writeFileSync(broken, "#!/bin/sh\nexit 1\n");
    expect((await askChromium(broken)).chromium).toMatch(
      /chromium does not start: browserType\.launch: .+ has been closed$/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
