import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundled } from "../../lottery/test/bundled.ts";

const [script, main] = [
  await bundled(new URL("toy-worker.ts", import.meta.url)),
  await bundled(new URL("toy-node.ts", import.meta.url)),
];

export interface ToyWorkerOptions {
  readonly queue: string;
  readonly store: string;
  /** Seconds. */
  readonly lock?: number;
  readonly keepEvery?: number;
  readonly untilEmpty?: boolean;
  /** Milliseconds. */
  readonly step?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** What it is run by, as `ip netns exec NAME`. */
  readonly by?: readonly string[];
}

/** A worker in a process of its own, with its child in one group. */
export class ToyWorker {
  said = "";
  readonly begun: Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly #child: ChildProcess;

  constructor({ queue, store, lock = 60, keepEvery = 120, untilEmpty, step = 0, env, by = [] }: ToyWorkerOptions) {
    const node = [process.execPath, script, main];
    const args = [queue, store, String(lock), String(keepEvery), ...(untilEmpty === true ? ["until-empty"] : [])];
    const [program, ...rest] = [...by, ...node, ...args];
    this.#child = spawn(program!, rest, { detached: true, env: { ...process.env, TOY_STEP: String(step), ...env } });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.on("data", (chunk) => {
        this.said += chunk;
      });
    }
    this.ended = new Promise((resolve) => this.#child.on("close", (code, signal) => resolve({ code, signal })));
    this.begun = new Promise((resolve) => this.#child.stdout!.once("data", () => resolve()));
  }

  /** What it has trained, in order. */
  get trained(): string[] {
    return Array.from(this.said.matchAll(/^(.*): trained$/gm), ([, label]) => label!);
  }

  /** @param whom - The worker alone, its child alone, or both at once, as when a machine goes. */
  kill(signal: NodeJS.Signals, whom: "worker" | "child" | "both" = "worker"): void {
    const pid = this.#child.pid!;
    try {
      if (whom === "child") for (const child of childrenOf(pid)) process.kill(child, signal);
      else process.kill(whom === "both" ? -pid : pid, signal);
    } catch {} // it has ended
  }
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

/** The files of all nodes of a folder but their receipts, which hold times. */
export function nodeFilesIn(folder: string): Map<string, Buffer> {
  const base = join(folder, "nodes");
  const files = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((path) => /\/(?!receipt)/.test(path));
  return new Map(files.sort().map((path) => [path, readFileSync(join(base, path))]));
}
