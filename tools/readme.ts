import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Checks, run } from "./checks.ts";
import { type CodeBlock, codeBlocks } from "./code-blocks.ts";
import { root } from "./pack.ts";

/**
 * `npm run readme [-- FILE]`: runs the code blocks of README.md, in order, in the repository's root. `sh` blocks are run by bash and
 * stop at the first error; `ts` blocks are checked as strictly as our own sources and run from the sources. A block under
 * `<!-- not run: why -->` is skipped; what stands in a `text` block under `<!-- output -->` must be what was printed.
 */

/** ms for one block: `npm start` is a whole small lottery. */
const PATIENCE = 15 * 60_000;

const [name = "README.md"] = process.argv.slice(2);
const checks = new Checks();
mkdirSync(join(root, "runs"), { recursive: true }); // ignored by git, and inside: node_modules is found from there
const folder = mkdtempSync(join(root, "runs", "readme-"));
try {
  const blocks = await checks.check(`${name} can be read`, () => codeBlocks(readFileSync(join(root, name), "utf8")));
  for (const block of blocks ?? []) {
    const title = `${name}:${block.line}: ${block.code.split("\n")[0]}`;
    if (block.notRun !== undefined) checks.skip(title, block.notRun);
    else await checks.check(title, () => tryBlock(block));
  }
} finally {
  rmSync(folder, { recursive: true });
}
checks.finish();

function tryBlock({ language, code, line, output }: CodeBlock): void {
  const printed =
    language === "sh"
      ? run("bash", ["-euo", "pipefail", "-c", code], { cwd: root, timeout: PATIENCE })
      : runTypeScript(join(folder, `line-${line}`), code);
  if (output !== undefined && printed !== output) throw new Error(`printed\n${printed}where it tells\n${output}`);
}

function runTypeScript(folder: string, code: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, "block.ts"), code);
  const compilerOptions = { isolatedDeclarations: false, declaration: false, noUnusedLocals: false };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: [], files: ["block.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));

  run(join(root, "node_modules/.bin/tsc"), ["-p", folder]);
  return run(join(root, "node_modules/.bin/tsx"), ["--conditions", "@ltt/source", join(folder, "block.ts")], {
    cwd: root,
    timeout: PATIENCE,
  });
}
