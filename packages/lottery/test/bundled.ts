import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/**
 * Bundles a script of a package's tests with all that it imports, so that a process which runs it starts in half of the time. The package's
 * manifest is where a script in `dist` looks for it. All goes when this process ends.
 *
 * @returns the file.
 */
export async function bundled(script: URL): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ltt-bundled-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(new URL("../package.json", script), join(folder, "package.json"));
  const conditions = ["@ltt/source"];
  await build({
    configFile: false,
    logLevel: "warn",
    resolve: { conditions },
    ssr: { noExternal: true, resolve: { conditions } },
    build: {
      ssr: fileURLToPath(script),
      outDir: join(folder, "dist"),
      emptyOutDir: true,
      minify: false,
      rolldownOptions: { output: { entryFileNames: "script.mjs" } },
    },
  });
  return join(folder, "dist", "script.mjs");
}
