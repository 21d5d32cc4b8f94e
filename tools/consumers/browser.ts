import { join } from "node:path";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

const ARGUMENTS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** ms until a page that says nothing is given up. */
const PATIENCE = 60_000;

/** With these a page is isolated from other origins, so that it may share memory with its workers. */
export const ISOLATED: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * Builds a page of `project` with Vite, serves it and opens it in Chromium.
 *
 * @param options.page - The HTML file. Default `index.html`.
 * @param options.headers - Served with the page and everything it asks for.
 * @returns the first line the page prints on its console.
 * @throws {Error} if the build warns, or the page throws, asks for a file that is not there, or prints nothing.
 */
export async function openPage(
  project: string,
  executablePath: string,
  { page: file = "index.html", headers = {} }: { page?: string; headers?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const outDir = join(project, "pages", file);
  const options = { root: project, configFile: false, logLevel: "error" } as const;
  await build({ ...options, build: { outDir, rolldownOptions: { input: join(project, file) } } });
  const server = await preview({ ...options, build: { outDir }, preview: { host: "127.0.0.1", port: 0, headers } });
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  try {
    const page = await browser.newPage();
    const printed = new Promise<string>((resolve, reject) => {
      page.on("console", (message) =>
        message.type() === "error" ? reject(new Error(message.text())) : resolve(message.text()),
      );
      page.on("pageerror", reject);
      page.on("response", (response) => {
        if (!response.ok()) reject(new Error(`${response.status()} ${response.url()}`));
      });
      setTimeout(() => reject(new Error(`the page printed nothing in ${PATIENCE} ms`)), PATIENCE).unref();
    });
    await page.goto(new URL(file, server.resolvedUrls!.local[0]!).href);
    return await printed;
  } finally {
    await browser.close();
    await server.close();
  }
}
