// Takes the source maps off the compiled kernels: their source is one line of base64 that the package would hold a second time.
import { readFileSync, rmSync, writeFileSync } from "node:fs";

for (const name of ["strict", "fma"]) {
  const built = new URL(`../dist/backends/wasm/${name}.generated.js`, import.meta.url);
  rmSync(new URL(`${built}.map`), { force: true });
  writeFileSync(built, readFileSync(built, "utf8").replace(/^\/\/# sourceMappingURL=.*\n?/m, ""));
}
