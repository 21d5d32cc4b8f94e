import { join } from "node:path";
import { type PreviewServer, preview } from "vite";

/** With these a page may share memory with its workers, and so have threads. */
const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Serves the site that was built, on loopback. Without `isolated` as a host that sets no headers does. */
export function serve({
  port = 0,
  isolated = true,
  base = "/",
}: {
  port?: number;
  isolated?: boolean;
  base?: string;
} = {}): Promise<PreviewServer> {
  return preview({
    root: import.meta.dirname,
    base,
    configFile: false,
    appType: "mpa",
    logLevel: "error",
    build: { outDir: join(import.meta.dirname, "dist") },
    preview: { host: "127.0.0.1", port, headers: isolated ? ISOLATED : {} },
  });
}

/** The address that it listens at. */
export function addressOf(server: PreviewServer): string {
  return server.resolvedUrls!.local[0]!;
}
