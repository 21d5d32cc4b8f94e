import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askChromium, CHROMIUM, launch } from "../../../tools/consumers/chromium.ts";
import { exportNetwork } from "../src/export/export-network.ts";
import { openClassifier } from "../src/trained-network.ts";
import { greyPng } from "./grey-png.ts";
import { TICKETS, writeTicket } from "./pruned-tickets.ts";

const { chromium: absent } = await askChromium();
if (absent !== undefined) console.warn(`SKIPPED: exported pages in Chromium: ${absent}`);

let root: string;
let browser: Browser;
beforeAll(async () => {
  if (absent !== undefined) return;
  root = mkdtempSync(join(tmpdir(), "ltt-page-"));
  execFileSync(process.execPath, [fileURLToPath(new URL("../build-page.mjs", import.meta.url))]);
  browser = await launch(CHROMIUM, false);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  if (root !== undefined) rmSync(root, { recursive: true, force: true });
});

/** The page of a ticket, from its file: whatever it would fetch is a failure. */
async function open(model: string, name = model): Promise<{ page: Page; folder: string; faults: string[] }> {
  const folder = join(root, name);
  await writeTicket(folder, TICKETS.find(({ architecture }) => architecture.model === model)!);
  await exportNetwork(folder, "page", `${folder}-page`);
  const page = await browser.newPage({ viewport: { width: 400, height: 800 } });
  const faults: string[] = [];
  const url = pathToFileURL(join(`${folder}-page`, "index.html")).href;
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("request", (request) => {
    if (request.url() !== url) faults.push(request.url());
  });
  await page.goto(url);
  return { page, folder, faults };
}

const told = (page: Page) =>
  page
    .locator("#probabilities tr")
    .evaluateAll((rows) =>
      rows.map((row) => [row.querySelector("th")!.textContent, row.querySelector("td:last-child")!.textContent]),
    );

describe.skipIf(absent !== undefined)("a page", { timeout: 120_000 }, () => {
  test.each(["text-cnn", "text-lstm"])("of %s says of a text what the network says", async (model) => {
    const { page, folder, faults } = await open(model);
    await page.getByLabel("A text").fill("word3 word1 word4 word1 word5");
    const { classes, classify } = await openClassifier(folder);
    const [answer] = await classify(["word3 word1 word4 word1 word5"]);
    const { labels, probabilities } = answer!;
    await expect.poll(() => told(page)).toContainEqual([labels[0], Math.max(...probabilities).toFixed(3)]);
    expect(await page.locator("#answer").textContent()).toBe(labels.join(", "));
    expect((await told(page)).length).toBe(classes.length);
    expect(faults).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
  });

  test("of LeNet-300-100 looks at what is drawn, and at nothing once that is cleared", async () => {
    const { page, folder, faults } = await open("lenet-300-100");
    await expect.poll(() => told(page).then(({ length }) => length)).toBe(10);
    const blank = await told(page);
    const [answer] = await (await openClassifier(folder)).classify([new Float32Array(784)]);
    const { probabilities } = answer!;
    expect(blank[0]![1]).toBe(Math.max(...probabilities).toFixed(3));

    const box = (await page.locator("canvas").boundingBox())!;
    await page.mouse.move(box.x + 60, box.y + 60);
    await page.mouse.down();
    for (let i = 1; i <= 10; i++) await page.mouse.move(box.x + 60 + 8 * i, box.y + 60 + 10 * i);
    await page.mouse.up();
    await expect.poll(() => told(page)).not.toEqual(blank);
    await page.getByRole("button", { name: "Clear" }).click();
    await expect.poll(() => told(page)).toEqual(blank);
    expect(faults).toEqual([]);
  });

  test("of LeNet-300-100 takes a picture as it is: not moved, as what is drawn is", async () => {
    const { page, folder, faults } = await open("lenet-300-100", "picture");
    const pixels = Uint8Array.from({ length: 784 }, (_, at) => (at % 28 < 9 && at < 200 ? 255 - (at % 199) : 0));
    const buffer = greyPng(pixels);
    await page.getByLabel("Picture").setInputFiles({ name: "corner.png", mimeType: "image/png", buffer });
    const { classify } = await openClassifier(folder);
    const [answer] = await classify([Float32Array.from(pixels, (level) => level / 255)]);
    const { labels, probabilities } = answer!;
    await expect.poll(() => told(page)).toContainEqual([labels[0], Math.max(...probabilities).toFixed(3)]);
    expect((await told(page)).map(([, value]) => value)).toEqual(
      [...probabilities].sort((a, b) => b - a).map((value) => value.toFixed(3)),
    );
    expect(faults).toEqual([]);
  });
});
