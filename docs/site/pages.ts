import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../../tools/pack.ts";
import { chartOf } from "./run-chart.ts";

/** Documents of the repository that are pages of the site. */
const PAGES: Readonly<Record<string, string>> = {
  "docs/recipes.md": "recipes",
  "docs/benchmarks.md": "benchmarks",
  "docs/architecture.md": "architecture",
  "docs/sizes.md": "sizes",
  "CONTRIBUTING.md": "contributing",
  "examples/results/README.md": "gallery",
};

/** Writes pages made of the repository's documents into a folder. */
export function makePages(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [file, page] of Object.entries(PAGES)) {
    const made = pageOf(file, readFileSync(join(root, file), "utf8"));
    writeFileSync(join(folder, `${page}.md`), `---\noutline: [2, 3]\n---\n\n${made}`);
  }
}

/** What of a document stands on its page. */
export function pageOf(file: string, document: string): string {
  const text = linked(document, file);
  if (PAGES[file] === "gallery") return gallery(text);
  return PAGES[file] === "benchmarks" ? benchmarks(text) : text;
}

/** Where a reader of Korean comes to from an English page without a translation: a page that says so, and leads back. */
export function makeUntranslated(folder: string): void {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"));
  for (const page of [...pages, "comparison.md"]) {
    const file = join(folder, "ko", page);
    mkdirSync(dirname(file), { recursive: true });
    const text = `---\nsearch: false\n---\n\n# 영어로만 있습니다\n\n이 페이지는 아직 한국어로 옮기지 않았습니다. [영어 페이지로 가기](/${page})\n`;
    writeFileSync(file, text);
  }
}

/** Copies the reports and tables of the runs that the gallery shows. */
export function copyResults(folder: string): void {
  const from = join(root, "examples/results");
  for (const file of readdirSync(from)) if (!file.endsWith(".md")) cpSync(join(from, file), join(folder, file));
}

/** Links between documents lead to their pages; what is no page of the site is named without a link. Marks for tools are left out. */
function linked(text: string, file: string): string {
  return text
    .replaceAll(/<!--[\s\S]*?-->\n*/g, "")
    .replaceAll(/(?<!!)\[([^\]]+)\]\(([^)\s]+)\)/g, (link, words, target) => {
      if (/^[a-z]+:/.test(target) || target.startsWith("#")) return link;
      const [path, heading] = (target as string).split("#");
      const page = PAGES[join(dirname(file), path!)];
      if (page === undefined) return words;
      return `[${words}](./${page}.md${heading === undefined ? "" : `#${heading}`})`;
    });
}

/** Under the heading of a run whose files are there: a chart made of them, in the place of the document's picture, and where the report is. */
function gallery(text: string): string {
  const runs = readdirSync(join(root, "examples/results")).flatMap(
    (file) => /^(.+)\.metrics\.csv$/.exec(file)?.[1] ?? [],
  );
  return runs
    .reduce(
      (page, run) => {
        const heading = new RegExp(`^### \`${run}\`.*$`, "m");
        if (!heading.test(page)) throw new Error(`site: examples/results/README.md has no heading "### \`${run}\`"`);
        const chart = chartOf(readFileSync(join(root, `examples/results/${run}.metrics.csv`), "utf8"), run);
        const link = (file: string, words: string) => `<a href="./results/${run}.${file}" target="_self">${words}</a>`; // relative: the base is not put before links in HTML
        const files = [link("html", "Report"), link("metrics.csv", "metrics"), link("tensors.csv", "tensors")].join(
          " · ",
        );
        return page.replace(heading, (line) => `${line}\n\n${chart}\n\n<p class="files">${files}</p>`);
      },
      text.replaceAll(/^!\[[^\]]*\]\([^)]+\)\n+/gm, ""),
    )
    .replace(/^# Results$/m, "# Gallery");
}

/** Charts stand in the page, in the site's colours; other pictures are not expected. */
function benchmarks(text: string): string {
  return text.replaceAll(/!\[([^\]]*)\]\(([^)]+)\)/g, (_, words: string, target: string) => {
    const chart = readFileSync(join(root, "docs", target), "utf8");
    const drawing = chart.replace(/<style>.*<\/style>\n/, "").replaceAll("\n", "");
    return `<figure class="bench-chart" tabindex="0" role="group" aria-label="${words}">${drawing}</figure>`;
  });
}
