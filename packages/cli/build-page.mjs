// Builds src/export/page-main.ts, and all that it imports, into dist/ticket-page.mjs: one module that an exported page holds.
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Of @ltt/data what computes: its readers need files, which browsers have not. */
const DATA = ["batches", "tokenise", "vocabulary"].map((name) => here(`../data/src/${name}.ts`));
const textOnly = {
  name: "text-only",
  enforce: "pre",
  resolveId: (id) => (id === "@ltt/data" || id === "node:crypto" ? `\0${id}` : undefined),
  load(id) {
    if (id === "\0@ltt/data") return DATA.map((file) => `export * from ${JSON.stringify(file)};`).join("\n");
    if (id === "\0node:crypto") return "export const createHash = undefined;"; // of a corpus's digest, which is left out
  },
};

const { output } = await build({
  configFile: false,
  logLevel: "warn",
  root: here("."),
  plugins: [textOnly],
  resolve: { conditions: ["@ltt/source", "browser", "module"] },
  build: {
    write: false,
    modulePreload: false,
    target: "es2023",
    rollupOptions: { input: here("src/export/page-main.ts"), output: { format: "es", codeSplitting: false } },
  },
});
const [script, ...others] = output;
if (others.length > 0) throw new Error(`the page's script has other files: ${others.map(({ fileName }) => fileName)}`);
await mkdir(here("dist"), { recursive: true });
await writeFile(here("dist/ticket-page.mjs"), script.code);
console.log(`page: ${script.code.length} bytes`);
