// toy-worker.ts MAIN QUEUE STORE LOCK KEEP_EVERY [until-empty]: a worker of toy lotteries, whose children run MAIN. It says "begun", and what it
// has trained.
import { ChildPerformer, openWorkStore, queueAddress, storeAddress, work } from "../src/index.ts";

const [main, queue, url, lock, keepEvery, mode] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort(new Error("stopped")));
const address = storeAddress(url!, process.env);
const store = await openWorkStore(address, { onDamage: say });
const performer = new ChildPerformer({ main: main!, store: address, threads: 1, keepEvery: Number(keepEvery), say });
say("begun");
await work({
  queue: queueAddress(queue!, process.env),
  store,
  performer,
  name: `toy-${process.pid}`,
  jobs: 1,
  untilEmpty: mode === "until-empty",
  lock: Number(lock),
  signal: stop.signal,
  say,
});
