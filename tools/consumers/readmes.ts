import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Checks, run } from "../checks.ts";
import { type CodeBlock, codeBlocks } from "../code-blocks.ts";
import { root, type Tarball } from "../pack.ts";

/** The example of a package's README. */
export interface Example {
  /** Of the package. */
  readonly name: string;
  readonly block: CodeBlock;
}

/**
 * The first JavaScript block of each README, as it came with the tarball.
 *
 * @throws {Error} if a README has none.
 */
export function examplesOf(project: string, tarballs: readonly Tarball[]): Example[] {
  return tarballs.map(({ manifest: { name } }) => {
    const readme = readFileSync(join(project, "node_modules", name, "README.md"), "utf8");
    const block = codeBlocks(readme).find(({ language }) => language === "js");
    if (block === undefined) throw new Error(`${name}: its README has no example in JavaScript`);
    return { name, block };
  });
}

/** Runs each example as it is pasted, once as JavaScript and once as strict TypeScript, and compares what it prints with what the README tells. */
export async function checkReadmes(checks: Checks, project: string, examples: readonly Example[]): Promise<void> {
  for (const { name, block } of examples) {
    const folder = join(project, "readmes", name.replace("@ltt/", ""));
    mkdirSync(folder, { recursive: true });
    const typed = () => {
      compile(folder, block.code);
      return join(folder, "example-typed.mjs");
    };
    if (block.notRun !== undefined) {
      await checks.check(`${name}: README's example compiles as strict TypeScript`, typed);
      checks.skip(`${name}: README's example runs`, block.notRun);
      continue;
    }
    const plain = join(folder, "example.mjs");
    writeFileSync(plain, block.code);
    await checks.check(`${name}: README's example runs as JavaScript`, () => expectOutput(plain, block));
    await checks.check(`${name}: README's example runs as strict TypeScript`, () => expectOutput(typed(), block));
  }
}

/** Each run has a folder of its own: some examples write files. */
function expectOutput(file: string, { output }: CodeBlock): void {
  const cwd = `${file}-run`;
  mkdirSync(cwd);
  const printed = run("node", [file], { cwd });
  if (output !== undefined && printed !== output) throw new Error(`printed\n${printed}where it tells\n${output}`);
}

/** Everything strict, the packages' declarations included. */
function compile(folder: string, code: string): void {
  writeFileSync(join(folder, "example-typed.mts"), code);
  const compilerOptions = {
    ...{ module: "nodenext", moduleResolution: "nodenext", target: "es2023", lib: ["es2023", "dom"] },
    ...{ types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
    ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["example-typed.mts"] }));
  run(join(root, "node_modules/.bin/tsc"), ["-p", folder]);
}
