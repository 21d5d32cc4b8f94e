import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const bin = fileURLToPath(new URL("../src/bin.ts", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Asked {
  /** The folder it runs in; its cache is there too. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Options of Node before the script. */
  readonly node?: readonly string[];
  /** Sees what was said on standard error so far, and may send a signal. */
  readonly watch?: (said: string, kill: (signal: NodeJS.Signals) => void, pid: number) => void;
  /** The same of standard output. */
  readonly onOutput?: (said: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** The command as a user runs it, in a process of its own. */
export function ltt(args: readonly string[], asked: Asked): Promise<Outcome> {
  return outcomeOf(process.execPath, [...(asked.node ?? []), ...script, ...args], asked);
}

/** A line of bash, in which `ltt` is the command. */
export function bash(line: string, asked: Asked): Promise<Outcome> {
  const command = [process.execPath, ...script].map((part) => `'${part}'`).join(" ");
  return outcomeOf("bash", ["-c", `ltt() { ${command} "$@"; }; ${line}`], asked);
}

/** The sources, or with LTT_BUILT=1 what was built of them, which starts in half of the time. */
const script =
  process.env.LTT_BUILT === "1"
    ? [fileURLToPath(new URL("../dist/bin.js", import.meta.url))]
    : ["--import", tsx, "--conditions", "@ltt/source", bin];

function outcomeOf(program: string, args: readonly string[], { cwd, env, watch, onOutput }: Asked): Promise<Outcome> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, LTT_DATA: undefined, XDG_CACHE_HOME: join(cwd, "cache"), ...env },
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
    onOutput?.(out, (signal) => child.kill(signal));
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
    watch?.(err, (signal) => child.kill(signal), child.pid!);
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}
