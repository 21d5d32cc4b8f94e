import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";

/** Where and with what a figure was measured: part of every result file. */
export interface Machine {
  readonly commit: string;
  readonly node: string;
  readonly v8: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** Of the minute before. */
  readonly load: number;
}

export function machine(): Machine {
  const processors = cpus();
  return {
    commit: git("rev-parse", "--short", "HEAD") + (isChanged() ? "+changes" : ""),
    node: process.versions.node,
    v8: process.versions.v8,
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0]!,
  };
}

/** Whether anything but what benchmarks write differs from the commit. */
function isChanged(): boolean {
  const written = ["benchmarks/results", "docs/benchmarks.md"].map((path) => `:(exclude,top)${path}`);
  return git("status", "--porcelain", "--", ":(top)", ...written) !== "";
}

function git(...args: string[]): string {
  try {
    return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}

const loads: number[] = [];

/** Notes the load average of the last minute, which counts what is measured too. */
export function noteLoad(): void {
  loads.push(loadavg()[0]!);
}

/** Load averages noted so far, once a round. */
export function notedLoads(): readonly number[] {
  return loads;
}

/** MB of this process at its peak, WebAssembly memory included. */
export function peakMemoryMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}
