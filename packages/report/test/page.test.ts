import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { judge } from "@ltt/lottery";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderComparison } from "../src/comparison.ts";
import { renderReport } from "../src/report.ts";
import { sampleLevel, sampleResults, sampleTensor } from "../src/sample.ts";

/** Reports as a reader has them before him: in Chromium, `$CHROMIUM` or Debian's. */
const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

const ARMS = ["winning-ticket", "random-reinit", "shuffled-init", "late-rewinding"];
const ROUNDS = 20;

/** As many networks as a whole experiment has: 20 rounds, four arms, three seeds. */
function whole(arms: readonly string[] = ARMS) {
  const tensors = (keep: number) => [
    sampleTensor("embedding.weight", [1000, 10], keep),
    ...[0, 1, 2].flatMap((i) => [
      sampleTensor(`convs.${i}.weight`, [3, 10, 10], keep),
      sampleTensor(`convs.${i}.bias`, [10], keep),
    ]),
    sampleTensor("linear.weight", [4, 30], keep),
  ];
  const levels = [1, 2, 3].flatMap((seed) => [
    sampleLevel({ arm: "dense", round: 0, seed, testAccuracy: 0.87 + seed / 1000, tensors: tensors(1) }),
    ...arms.flatMap((arm, a) =>
      Array.from({ length: ROUNDS }, (_, i) =>
        sampleLevel({
          arm,
          round: i + 1,
          seed,
          testAccuracy: 0.87 - a / 100 - i / 500 + seed / 1000,
          censored: i > 15,
          tensors: tensors(0.8 ** (i + 1)),
        }),
      ),
    ),
  ]);
  const audit = Array.from({ length: 13 }, (_, i) => ({
    check: `Check ${i} of the files`,
    passed: true,
    detail: "243 networks",
  }));
  const settings = Array.from({ length: 16 }, (_, i) => [`setting ${i}`, "a value in some words"] as const);
  const notes = ["One split of the data.", "Texts are cut at 400 tokens."];
  const uses = { "convs.0.weight": 40, "convs.1.weight": 39, "linear.weight": 1 };
  return sampleResults(levels, { verdict: judge(levels, { audit }), audit, settings, notes, uses });
}

describe.skipIf(!existsSync(CHROMIUM))("a report in Chromium", { timeout: 120_000 }, () => {
  let browser: Browser;
  let page: Page;
  let root: string;
  const errors: string[] = [];
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "ltt-page-"));
    writeFileSync(join(root, "report.html"), renderReport(whole()));
    writeFileSync(join(root, "ko.html"), renderReport(whole(), { language: "ko" }));
    const runs = ["A", "B"].map((name, i) => ({ name, results: whole(ARMS.slice(0, 4 - i)) }));
    writeFileSync(join(root, "comparison.html"), renderComparison(runs));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
    page = await browser.newPage();
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(error.message));
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(root, { recursive: true, force: true });
  });

  const open = async (name: string, { width = 1200, dark = false } = {}) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
    await page.goto(pathToFileURL(join(root, name)).href);
  };

  test.each([
    ["report.html", {}],
    ["report.html", { dark: true }],
    ["report.html", { width: 400 }],
    ["ko.html", {}],
    ["comparison.html", {}],
  ])("%s, %j: axe-core finds nothing serious", async (name, how) => {
    await open(name, how);
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    const context = await browser.newContext({ bypassCSP: true });
    try {
      const bypassed = await context.newPage();
      await bypassed.setViewportSize(page.viewportSize()!);
      await bypassed.emulateMedia({ colorScheme: "dark" in how ? "dark" : "light" });
      await bypassed.goto(page.url());
      await bypassed.addScriptTag({ path: axe });
      const found = await bypassed.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
        const { violations } = await axe.run();
        return violations.map(({ id, impact, nodes }) => ({ id, impact, first: nodes[0]?.html.slice(0, 200) }));
      });
      expect(found.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
    } finally {
      await context.close();
    }
  });

  test.each(["report.html", "ko.html", "comparison.html"])("%s fits into 400 pixels", async (name) => {
    await open(name, { width: 400 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(400);
  });

  test("pointing at a sparsity tells its values in every chart, of the arms that are shown", async () => {
    await open("report.html");
    await page.locator('[data-figure=accuracy] .column[data-round="3"] rect').hover();
    const readouts = page.locator(".readout:not(:empty)");
    expect(await readouts.count()).toBe(1 + 3 + 4); // accuracy, three differences, four speeds
    expect(await readouts.first().textContent()).toContain("winning ticket: 86.80 ± 0.25 %");
    await page.locator("#show-1").uncheck();
    await page.locator('[data-figure=accuracy] .column[data-round="4"] rect').hover();
    expect(await readouts.first().textContent()).not.toContain("random re-initialisation");
    expect(await page.locator("[data-figure=accuracy] .series-1").first().isVisible()).toBe(false);
  });

  test("arrow keys go from sparsity to sparsity, and Escape ends it", async () => {
    await open("report.html");
    await page.locator("[data-figure=accuracy]").focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft"]) await page.keyboard.press(key);
    expect(await page.locator(".readout:not(:empty) b").first().textContent()).toBe("round 1, 20 % sparse");
    await page.keyboard.press("Escape");
    expect(await page.locator(".readout:not(:empty)").count()).toBe(0);
  });

  test("a screen reader hears the values of the chart that has the focus, and what each chart is", async () => {
    await open("report.html");
    // Known to it before there is anything to say: found by role, so shown, and empty.
    const statuses = page.locator(".holder").getByRole("status");
    expect(await statuses.allTextContents()).toEqual(new Array(1 + 3 + 4).fill(""));
    const [first] = await statuses.elementHandles();
    await page.locator("[data-figure=accuracy]").focus();
    await page.keyboard.press("ArrowRight");
    const spoken = await page.evaluate(() =>
      Array.from(document.querySelectorAll("[role=status][aria-live=polite]"), ({ textContent }) => textContent),
    );
    expect(spoken).toEqual([await first!.textContent()]);
    expect(spoken[0]).toMatch(/^round 1, 20 % sparse.*winning ticket: 87\.20 ± 0\.25 %/);
    await page.locator("[data-figure=accuracy] .column[data-round='3'] rect").hover();
    await page.locator("[data-figure=accuracy]").blur();
    expect(await page.locator("[role=status][aria-live=polite]").count()).toBe(0);
    expect(await page.getByRole("img", { name: /^Test accuracy against sparsity / }).count()).toBe(1);
    expect(await page.locator("svg.chart[tabindex='0']").count()).toBe(await statuses.count());
    const nameless = await page.evaluate(() =>
      Array.from(document.querySelectorAll("svg[role=img][tabindex]")).filter(
        (svg) =>
          !svg
            .getAttribute("aria-labelledby")!
            .split(" ")
            .every((id) => document.getElementById(id)?.textContent),
      ),
    );
    expect(nameless).toEqual([]);
  });

  test("the slider chooses whose learning curves are shown", async () => {
    await open("report.html");
    const shown = () => page.locator("[data-figure=accuracy-curves] .round.shown").getAttribute("data-round");
    const slider = page.locator("#round-slider");
    const at = Number(await shown());
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    expect(Number(await shown())).toBe(at - 1);
    expect(await slider.getAttribute("aria-valuetext")).toContain(`round ${at - 1}`);
  });

  test("is printed to four pages", async () => {
    await open("report.html");
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)).toHaveLength(4);
  });

  test("nothing was refused or went wrong meanwhile", () => {
    expect(errors).toEqual([]);
  });
});

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}
