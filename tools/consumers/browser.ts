import { join } from "node:path";
import { build, defaultClientConditions, preview } from "vite";
import { launch } from "./chromium.ts";

/** ms until a page that says nothing is given up. */
const PATIENCE = 60_000;

/** With these a page is isolated from other origins, so that it may share memory with its workers. */
export const ISOLATED: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** What is special about a page. */
export interface PageOptions {
  /** The HTML file. Default `index.html`. */
  readonly page?: string;
  /** Served with the page and everything it asks for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it is built to. Default: a folder of its own in the project. */
  readonly out?: string;
  /** Read our packages' sources, not what was built of them. */
  readonly sources?: boolean;
  /** Let WebGPU and WebGL run, on the processor if there is no GPU. */
  readonly gpu?: boolean;
  /** What follows the address, from its question mark on. */
  readonly query?: string;
  /** ms until a page that says nothing is given up. */
  readonly patience?: number;
}

/**
 * Builds a page of `project` with Vite, serves it and opens it in Chromium.
 *
 * @returns the first line the page logs on its console.
 * @throws {Error} if the build warns, or the page throws, asks for a file that is not there, or prints nothing.
 */
export async function openPage(
  project: string,
  executablePath: string,
  {
    page: file = "index.html",
    headers = {},
    out,
    sources = false,
    gpu = false,
    query = "",
    patience = PATIENCE,
  }: PageOptions = {},
): Promise<string> {
  const outDir = out ?? join(project, "pages", file);
  const options = {
    root: project,
    configFile: false,
    logLevel: "error",
    ...(sources ? { resolve: { conditions: ["@ltt/source", ...defaultClientConditions] } } : {}),
    build: { outDir, emptyOutDir: true, target: "esnext", rolldownOptions: { input: join(project, file) } },
  } as const;
  await build(options);
  const server = await preview({ ...options, preview: { host: "127.0.0.1", port: 0, headers } });
  const browser = await launch(executablePath, gpu);
  try {
    const page = await browser.newPage();
    const printed = new Promise<string>((resolve, reject) => {
      page.on("console", (message) => {
        if (message.type() === "error") reject(new Error(message.text()));
        if (message.type() === "log") resolve(message.text());
      });
      page.on("pageerror", reject);
      page.on("response", (response) => {
        if (!response.ok()) reject(new Error(`${response.status()} ${response.url()}`));
      });
      setTimeout(() => reject(new Error(`the page printed nothing in ${patience} ms`)), patience).unref();
    });
    await page.goto(new URL(file + query, server.resolvedUrls!.local[0]!).href);
    return await printed;
  } finally {
    await browser.close();
    await server.close();
  }
}
