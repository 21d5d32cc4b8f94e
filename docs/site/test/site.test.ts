import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createWasmBackend, useBackend } from "@ltt/core";
import { decodeCheckpoint, encodeCheckpoint, parametersOf } from "@ltt/layers";
import { sparseWeights } from "@ltt/lottery/browser";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import type { PreviewServer } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../../tools/checks.ts";
import { askChromium, CHROMIUM, launch } from "../../../tools/consumers/chromium.ts";
import { root } from "../../../tools/pack.ts";
import { lottery } from "../playground/lottery.ts";
import { texts } from "../playground/texts.ts";
import { addressOf, serve } from "../serve.ts";

const PATIENCE = 300_000; // a lottery takes some seconds where nothing else runs

const required = process.env.CI || process.env.LTT_REQUIRE_GPU === "1";
const absent = required ? undefined : (await askChromium()).chromium;
if (absent !== undefined) console.warn(`SKIPPED: the site in Chromium: ${absent}`);

describe.skipIf(absent !== undefined)("the site", () => {
  const dist = join(root, "docs/site/dist");
  const hasDigits = () => existsSync(join(dist, "samples/digits.sample"));
  let browser: Browser;
  let isolated: PreviewServer;
  let plain: PreviewServer;

  beforeAll(async () => {
    run("npm", ["run", "--silent", "site"], { cwd: root, timeout: PATIENCE });
    [isolated, plain] = [await serve(), await serve({ isolated: false })];
    browser = await launch(CHROMIUM, false);
  }, PATIENCE);
  afterAll(async () => {
    await browser?.close();
    await isolated?.close();
    await plain?.close();
  });

  /** A page, and what went wrong on it. */
  async function open(server: PreviewServer, path: string, options: Parameters<Browser["newPage"]>[0] = {}) {
    const page = await browser.newPage(options);
    page.setDefaultTimeout(PATIENCE);
    const problems: string[] = [];
    page.on("pageerror", ({ message }) => problems.push(message));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("response", (response) => response.ok() || problems.push(`${response.status()} ${response.url()}`));
    await page.goto(new URL(path, addressOf(server)).href);
    return { page, problems };
  }

  const answered = (page: Page) => page.locator("[data-answer=ticket] .sure:not(:empty)").waitFor();

  test(
    "leads from its front page to a trained ticket with two clicks, on threads; it pauses, is asked and gives the ticket away",
    async () => {
      const { page, problems } = await open(isolated, "/");
      await page.getByRole("link", { name: "Train one here" }).click();
      await page.locator("[data-begin]").click();

      await page.locator(".numbers", { hasText: /step \d\d+ of/ }).waitFor();
      await page.locator("[data-pause]").click();
      await page.locator("[data-is=paused]").waitFor();
      const before = await page.locator(".numbers").textContent();
      await page.waitForTimeout(700);
      expect(await page.locator(".numbers").textContent()).toBe(before);
      await page.locator("[data-resume]").click();

      await answered(page);
      expect(await page.locator("[data-phase]").textContent()).toMatch(/^Round [12]: training/);
      expect(await page.locator(".numbers").textContent()).toMatch(/wasm, [2-4] threads/);
      if (hasDigits()) await drawDigits(page);
      await page.locator("[data-is=done]").waitFor();
      expect(await page.locator("table tbody tr").count()).toBe(7);
      expect(await seriousIn(page)).toEqual([]);

      const [download] = await Promise.all([page.waitForEvent("download"), page.locator("[data-download]").click()]);
      expect(download.suggestedFilename()).toMatch(/^ticket-(digits|spam)-round-6\.safetensors$/);
      const bytes = readFileSync(await download.path());
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(await page.locator("[data-digest]").textContent());
      expect(decodeCheckpoint(bytes, "the ticket").weights.size).toBe(hasDigits() ? 6 : 9);
      expect(problems).toEqual([]);
      await page.close();
    },
    PATIENCE,
  );

  /** For the dense network a vertical stroke by mouse is a one; a ring by keys is drawn, and is some digit. */
  async function drawDigits(page: Page): Promise<void> {
    const pad = page.locator("[data-pad]");
    const said = page.locator("[data-answer=dense] .said");
    await pad.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await pad.boundingBox())!;
    const at = (across: number, down: number) => [x + across * width, y + down * height] as const;
    await page.mouse.move(...at(0.5, 0.2));
    await page.mouse.down();
    for (let part = 0; part <= 10; part++) await page.mouse.move(...at(0.5, 0.2 + 0.06 * part));
    await page.mouse.up();
    await said.filter({ hasText: /^1$/ }).waitFor();

    await pad.focus();
    await page.keyboard.press("Delete");
    const drawn = () => pad.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const blank = await drawn();
    await page.keyboard.press("Space");
    const ring = "R3 D1 R2 D2 R1 D7 L1 D2 L2 D1 L3 U1 L2 U2 L1 U7 R1 U2 R2 U1".split(" ");
    const keys = new Map(Object.entries({ U: "ArrowUp", D: "ArrowDown", L: "ArrowLeft", R: "ArrowRight" }));
    for (const [way, times] of ring.map(([way, times]) => [way!, Number(times)] as const))
      for (let i = 0; i < times; i++) await page.keyboard.press(keys.get(way)!);
    await page.keyboard.press("Space");
    expect(await drawn()).not.toBe(blank);
    await said.filter({ hasText: /^\d$/ }).waitFor(); // which digit a ring of a few strokes is, networks disagree on
  }

  test(
    "runs on a phone, by keyboard, without threads, to the bits of Node",
    async () => {
      const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
      const { page, problems } = await open(plain, "/playground/", phone);
      await page.locator("[data-begin]").waitFor();
      if (hasDigits()) {
        await tabTo(page, "input[value=digits]");
        await page.keyboard.press("ArrowDown");
      }
      await tabTo(page, "[data-begin]");
      await page.keyboard.press("Enter");

      await answered(page);
      const numbers = await page.locator(".numbers").textContent();
      expect(numbers?.replaceAll(/\s+/g, " ")).toContain(
        "one thread (this page is served without the headers COOP and COEP)",
      );
      const said = page.locator("[data-answer=dense] .said");
      expect(await said.textContent()).toBe("spam");
      await tabTo(page, "#playground-text");
      await page.keyboard.press("Control+A");
      await page.keyboard.type(
        "On Tuesday John wrote: > the patch fails here\nIt compiles for me, which perl do you use? Regards",
      );
      await page.keyboard.press("Control+Enter");
      await said.filter({ hasText: "wanted" }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);

      await page.locator("[data-is=done]").waitFor();
      expect(await seriousIn(page)).toEqual([]);
      expect(await page.locator("[data-digest]").textContent()).toBe(await digestInNode());
      expect(problems).toEqual([]);
      await page.close();
    },
    PATIENCE,
  );

  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      if (await page.locator(selector).evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error(`Tab never reaches ${selector}`);
  }

  /** The SHA-256 of the last ticket of the same e-mails. */
  async function digestInNode(): Promise<string> {
    const before = useBackend(await createWasmBackend());
    try {
      const sample = JSON.parse(gunzipSync(readFileSync(join(dist, "samples/spam.sample"))).toString("utf8"));
      let last: Uint8Array = new Uint8Array();
      for await (const event of lottery(texts(sample), 1)) {
        if (event.kind !== "trained" || event.network.arm !== "ticket") continue;
        const { model, pattern, start } = event.network;
        last = await encodeCheckpoint({ weights: sparseWeights(parametersOf(model), pattern, start) });
      }
      return createHash("sha256").update(last).digest("hex");
    } finally {
      useBackend(before);
    }
  }

  test.each([
    ["/", "light"],
    ["/playground/", "dark"],
    ["/guide/tickets.html", "light"],
    ["/guide/tensors.html", "dark"],
    ["/recipes.html", "light"],
    ["/gallery.html", "light"],
    ["/benchmarks.html", "dark"],
    ["/comparison.html", "light"],
    ["/api/gpu.html", "dark"],
    ["/ko/", "light"],
    ["/ko/guide/tickets.html", "dark"],
    ["/ko/playground/", "light"],
  ] as const)(
    "%s has no serious finding of axe-core (%s)",
    async (path, colorScheme) => {
      const { page, problems } = await open(plain, path, { colorScheme });
      expect(await page.locator("h1").count()).toBe(1);
      expect(await seriousIn(page)).toEqual([]);
      expect(problems).toEqual([]);
      await page.close();
    },
    PATIENCE,
  );
});

/** What axe-core finds serious or critical, with where. */
async function seriousIn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
      );
  });
}
