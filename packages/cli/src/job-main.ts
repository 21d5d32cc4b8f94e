// job-main.ts BACKEND THREADS [WIDTH]: a process that trains networks for `ltt run --jobs N`, which starts it and tells it what to do
// (job-messages.ts). Signals are for the command, which then tells; where the command is gone, however it ended, this process keeps what it
// is at and ends too.
import { useBackend, type WasmBackend } from "@ltt/core";
import { createJob, FolderStore, type Job } from "@ltt/lottery";
import { type BackendName, createBackend, type Width } from "./backends.ts";
import { chosenSettings } from "./chosen-settings.ts";
import type { FromJob, ToJob } from "./job-messages.ts";
import { taskOf } from "./task-of.ts";
import { withTickets } from "./tickets.ts";

const stop = new AbortController();
const [name, threads, width] = process.argv.slice(2);
const opening = createBackend(name as BackendName, {
  threads: Number(threads),
  width: width === undefined ? undefined : (Number(width) as Width),
});
let job: Promise<Job> | undefined;
let making: Promise<void> | undefined;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.stderr.on("error", () => {}); // nobody reads it any more
opening.catch(() => {}); // told when a network is asked for
process.on("message", (message: ToJob) => {
  if (message.kind === "make") making = make(message);
  else if (message.kind === "begin") {
    job = begin(message);
    job.catch(() => {}); // told then too
  } else if (message.kind === "threads") void limit(message.threads);
  else stop.abort(new Error("stopped"));
});
process.on("disconnect", end);
if (!process.connected) await end();

async function begin({ data, options, folder, tickets }: ToJob & { kind: "begin" }): Promise<Job> {
  useBackend(await opening);
  const store = await FolderStore.open(folder, { onDamage: (line) => tell({ kind: "say", line }) });
  const { experiment } = await chosenSettings(options);
  return createJob(taskOf(data), withTickets(experiment, tickets), { store, clock: () => performance.now() / 1000 });
}

async function make({ network }: ToJob & { kind: "make" }): Promise<void> {
  const onStep = (hash: string, step: number, loss: number) => tell({ kind: "step", hash, step, loss });
  try {
    await (await job!).make(network, { onStep, signal: stop.signal });
    tell({ kind: "made" });
  } catch (error) {
    const { message, stack } = error as Error;
    tell(
      stop.signal.aborted && error === stop.signal.reason ? { kind: "stopped" } : { kind: "failed", message, stack },
    );
  }
}

async function limit(threads: number): Promise<void> {
  const backend = await opening.catch(() => undefined);
  if (backend !== undefined && "limitThreads" in backend) (backend as WasmBackend).limitThreads(threads);
}

function tell(message: FromJob): void {
  if (process.connected) process.send!(message, undefined, {}, () => {}); // the command may go meanwhile
}

async function end(): Promise<void> {
  stop.abort(new Error("stopped"));
  await making;
  process.exit();
}
