import { execFileSync } from "node:child_process";

/**
 * What the machine's 128-bit arithmetic does at most now, in GFLOP/s: fused multiplications and additions, or separate ones, on registers alone.
 *
 * @param command - A program that takes `--what sse_fma|sse_muladd` and prints one JSON line with `best`.
 */
export function peakOf(command: string, backend: string): number {
  const [program, ...args] = command.split(" ");
  const what = backend === "wasm-fma" ? "sse_fma" : "sse_muladd";
  const output = execFileSync(program!, [...args, "--what", what], { encoding: "utf8" });
  return JSON.parse(output.trim().split("\n").at(-1)!).best;
}
