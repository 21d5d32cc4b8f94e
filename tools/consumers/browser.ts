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

/**
 * Builds the page in `project` with Vite, serves it and opens it in Chromium.
 *
 * @returns the first line the page prints on its console.
 * @throws {Error} if the build warns, or the page throws, asks for a file that is not there, or prints nothing.
 */
export async function openPage(project: string, executablePath: string): Promise<string> {
  const options = { root: project, configFile: false, logLevel: "error" } as const;
  await build({ ...options, build: { outDir: join(project, "page") } });
  const server = await preview({
    ...options,
    build: { outDir: join(project, "page") },
    preview: { host: "127.0.0.1", port: 0 },
  });
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
    await page.goto(server.resolvedUrls!.local[0]!);
    return await printed;
  } finally {
    await browser.close();
    await server.close();
  }
}
