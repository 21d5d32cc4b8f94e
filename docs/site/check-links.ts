import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Every link and file of a built site's pages that leads nowhere within it: `page → target`. Headings are looked for too.
 *
 * @param base - The path that the site is served at; a link from the root of the host that does not begin with it is broken.
 */
export function brokenLinks(dist: string, base = "/"): string[] {
  const pages = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"));
  const ids = new Map(pages.map((page) => [page, idsOf(join(dist, page))]));
  return pages
    .filter((page) => !page.startsWith("results/")) // reports stand alone
    .flatMap((page) =>
      targetsOf(join(dist, page))
        .filter((target) => !leadsSomewhere(page, target))
        .map((target) => `${page} → ${target}`),
    );

  function leadsSomewhere(page: string, target: string): boolean {
    const [path, heading] = decodeURI(target.split("?")[0]!).split("#") as [string, string?];
    if (path.startsWith("/") && !path.startsWith(base)) return false;
    const named = path === "" ? page : path.startsWith("/") ? path.slice(base.length) : join(dirname(page), path);
    const file = [named, `${named}.html`, join(named, "index.html")].find(
      (candidate) => existsSync(join(dist, candidate)) && statSync(join(dist, candidate)).isFile(),
    );
    return file !== undefined && (!heading || !ids.has(file) || ids.get(file)!.has(heading));
  }
}

function idsOf(file: string): Set<string> {
  return new Set(Array.from(readFileSync(file, "utf8").matchAll(/\s(?:id|name)="([^"]+)"/g), ([, id]) => id!));
}

/** Of links, scripts, styles and pictures: what is not on another host. */
function targetsOf(file: string): string[] {
  const found = Array.from(readFileSync(file, "utf8").matchAll(/\s(?:href|src)="([^"]+)"/g), ([, target]) => target!);
  return [...new Set(found.map((target) => target.replaceAll("&amp;", "&")))].filter(
    (target) => !/^[a-z]+:|^\/\//.test(target),
  );
}
