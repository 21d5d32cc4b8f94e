import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** `$CHROMIUM`, or Debian's. */
export const CHROMIUM: string = process.env.CHROMIUM || "/usr/bin/chromium";

const ARGUMENTS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const NO_GPU = "--disable-gpu";
/** WebGPU without a window wants to be asked for. */
const GPU = "--enable-unsafe-webgpu";

const DRIVER =
  "install the driver of the GPU; without a GPU, SwiftShader computes in software: apt-get install --no-install-recommends chromium-common";

/** @param gpu - Let WebGPU and WebGL run, on the processor if there is no GPU. */
export function launch(executablePath: string, gpu: boolean): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...ARGUMENTS, gpu ? GPU : NO_GPU] });
}

/** What is absent: the reason, and what to do. */
export interface Absent {
  /** A Chromium that starts. */
  readonly chromium?: string;
  /** An adapter of WebGPU. */
  readonly webgpu?: string;
  /** WebGL 2 that computes in float32. */
  readonly webgl2?: string;
}

/** Starts Chromium and asks it for its adapters: that its file is there, or a driver's, says little. */
export async function askChromium(executablePath: string = CHROMIUM): Promise<Absent> {
  const no = (reason: string): Absent => ({ chromium: reason, webgpu: reason, webgl2: reason });
  if (!existsSync(executablePath)) {
    return no(
      `${executablePath} is not there: apt-get install --no-install-recommends chromium, or set CHROMIUM to another`,
    );
  }
  let browser: Browser;
  try {
    browser = await launch(executablePath, true);
  } catch (error) {
    const { message } = error as Error; // whose first line says little more than this; what Chromium itself said is below it
    const [, said] = /\[err\] (.+)/.exec(message) ?? /(.*)/.exec(message)!;
    return no(`${executablePath} does not start: ${said}`);
  }
  try {
    const page = await browser.newPage();
    // pages have WebGPU from https and localhost only; nothing listens there: the answer is this
    await page.route("http://localhost/", (route) => route.fulfill({ contentType: "text/html", body: "" }));
    await page.goto("http://localhost/");
    const found = await page.evaluate(async () => {
      const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<object | null> } };
      const adapter = await gpu?.requestAdapter().catch(() => null);
      const context = document.createElement("canvas").getContext("webgl2");
      return { webgpu: !!adapter, webgl2: !!context?.getExtension("EXT_color_buffer_float") };
    });
    return {
      ...(found.webgpu ? {} : { webgpu: `${executablePath} finds no adapter of WebGPU: ${DRIVER}` }),
      ...(found.webgl2 ? {} : { webgl2: `${executablePath} has no WebGL 2 that computes in float32: ${DRIVER}` }),
    };
  } finally {
    await browser.close();
  }
}
