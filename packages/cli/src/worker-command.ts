import { availableParallelism, hostname } from "node:os";
import { extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { interruptible } from "./interruption.ts";
import { counted } from "./jobs.ts";
import { integerFrom, pathsOf, positive, textOf } from "./option-values.ts";
import { loadPlugins } from "./plugins.ts";
import { writeLines } from "./terminal.ts";
import { workersPackage } from "./workers-package.ts";

/** As this file: TypeScript in the sources, JavaScript in what is published. */
const MAIN = fileURLToPath(new URL(`./node-main${extname(import.meta.url)}`, import.meta.url));

interface Flags {
  readonly queue: string;
  readonly store: string;
  readonly jobs?: number;
  readonly threads?: number;
  readonly untilEmpty?: true;
  readonly plugin?: readonly string[];
  readonly lock?: number;
  readonly keepEvery?: number;
  readonly name?: string;
}

/** `ltt worker --queue URL --store URL`: trains networks of runs on other machines. */
export function addWorkerCommand(program: Command): void {
  program
    .command("worker")
    .description("train networks of runs that other machines have put into a queue")
    .requiredOption(
      "--queue <url>",
      "redis://HOST:PORT, or with TLS rediss://; LTT_QUEUE_PASSWORD is its password",
      textOf,
    )
    .requiredOption("--store <url>", "s3://BUCKET/PREFIX, or a folder that all machines see", textOf)
    .option("--jobs <n>", "networks at the same time, a process each (default: 1)", integerFrom(1))
    .option("--threads <n>", "threads of each (default: the cores divided among them)", integerFrom(1))
    .option("--until-empty", "end when nothing is left that this worker can do")
    .option("--plugin <file>", "a file whose criteria networks may name; may be given again", pathsOf)
    .option(
      "--lock <seconds>",
      "without a sign of life, after which another worker takes a network (default: 60)",
      positive,
    )
    .option("--keep-every <seconds>", "after which a network in the making is kept again (default: 120)", positive)
    .option("--name <name>", "how others see this worker (default: HOST-PROCESS)", textOf)
    .addHelpText("after", NOTES)
    .action(worker);
}

const NOTES = `
SIGTERM and Ctrl-C keep the networks in the making and give them back, within
ten seconds; another worker goes on from there, to the same bytes.`;

async function worker(flags: Flags): Promise<void> {
  const { ChildPerformer, openWorkStore, queueAddress, storeAddress, work } = await workersPackage("ltt worker");
  const say = (line: string) => writeLines(process.stderr, line);
  const queue = queueAddress(flags.queue, process.env);
  const address = storeAddress(flags.store, process.env);
  const plugins = (flags.plugin ?? []).map((file) => resolve(file));
  await loadPlugins(plugins); // what is wrong with them is said now
  const jobs = flags.jobs ?? 1;
  const threads = flags.threads ?? Math.max(1, Math.floor(availableParallelism() / jobs));
  const name = flags.name ?? `${hostname()}-${process.pid}`;
  const store = await openWorkStore(address, { onDamage: say });
  say(
    `worker ${name}: queue ${queue.shown}, store ${store.shown}, ${counted(jobs, "job")} of ${counted(threads, "thread")}`,
  );
  const performer = new ChildPerformer({
    main: MAIN,
    store: address,
    threads,
    keepEvery: flags.keepEvery,
    plugins,
    say,
  });
  const { untilEmpty, lock } = flags;
  const { networks, refused } = await interruptible(async (signal) => {
    const worked = await work({ queue, store, performer, name, jobs, untilEmpty, lock, signal, say });
    signal.throwIfAborted();
    return worked;
  });
  say(`worker ${name}: ${counted(networks, "network")} done`);
  if (refused.size > 0) {
    const [why] = [...refused.values()];
    throw new Error(`${counted(refused.size, "network")} left that this worker cannot make: ${why}`);
  }
}
