// run-toy.ts FOLDER: a small lottery in a process of its own, which keeps how far it is after every step. Ends with 0 if it is finished, with 3 if it was interrupted,
// with 1 and one line if it failed.
import { FolderStore, runExperiment } from "../src/index.ts";
import { toySettings, toyTask } from "./toy-task.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());

let now = 0;
const clock = () => (now += 60);
try {
  const store = await FolderStore.open(process.argv[2]!, { onDamage: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write("begun\n");
  for await (const _ of runExperiment(toyTask, toySettings, { store, clock, signal: stop.signal }));
} catch (error) {
  if (!stop.signal.aborted) process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = stop.signal.aborted ? 3 : 1;
}
