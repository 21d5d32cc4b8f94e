import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { brokenLinks } from "./check-links.ts";
import { makePages, pageOf } from "./pages.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ltt-pages-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("pages made of documents", () => {
  const pages = () => readdirSync(folder).filter((file) => file.endsWith(".md"));
  const read = (page: string) => readFileSync(join(folder, page), "utf8");
  beforeAll(() => makePages(folder));

  test("have no HTML that leads to the root of the host, for the site may be served below it", () => {
    expect(pages()).toContain("gallery.md");
    const rooted = pages().filter((page) => /<[^>]*\s(?:href|src)="\//.test(read(page)));
    expect(rooted).toEqual([]);
    expect(read("gallery.md")).toMatch(/<a href="\.\/results\/[\w-]+\.html" target="_self">Report<\/a>/);
  });

  test("ask for no picture that lies beside a document only", () => {
    expect(pages().filter((page) => read(page).includes("!["))).toEqual([]);
  });

  test("show benchmarks with their charts, which stand in the page", () => {
    const page = read("benchmarks.md");
    expect(page).toContain("# Benchmarks");
    expect(page).not.toMatch(/!\[|<!--|<style>/);
    const charts = readdirSync(join(import.meta.dirname, "../../benchmarks/results")).filter((file) =>
      file.endsWith(".svg"),
    );
    expect(page.match(/<figure class="bench-chart"/g) ?? []).toHaveLength(charts.length);
  });
});

test("a picture of a benchmark is drawn in the page, a file of results is named without a link", () => {
  const page = pageOf(
    "docs/benchmarks.md",
    "![A *chart*](site/public/logo.svg)\n\n[a](../benchmarks/results/a.json)\n",
  );
  expect(page).toMatch(
    /^<figure class="bench-chart"[^>]* aria-label="A \*chart\*"><svg [^\n]*<\/svg><\/figure>\n\na\n$/,
  );
});

test("links of a site at a base are broken if they leave it", () => {
  const dist = join(folder, "dist");
  mkdirSync(join(dist, "results"), { recursive: true });
  const links = ["/ltt/results/a.html", "/results/a.html", "./results/a.html", "/ltt/b.html"];
  writeFileSync(join(dist, "gallery.html"), links.map((link) => `<a href="${link}">a</a>`).join(""));
  writeFileSync(join(dist, "results/a.html"), "");
  expect(brokenLinks(dist, "/ltt/")).toEqual(["gallery.html → /results/a.html", "gallery.html → /ltt/b.html"]);
  expect(brokenLinks(dist)).toEqual(["gallery.html → /ltt/results/a.html", "gallery.html → /ltt/b.html"]);
});
