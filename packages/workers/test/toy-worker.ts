// toy-worker.ts QUEUE STORE LOCK KEEP_EVERY [until-empty]: a worker of toy lotteries. It says "begun", and what it has trained.
import { fileURLToPath } from "node:url";
import { ChildPerformer, openWorkStore, queueAddress, storeAddress, work } from "../src/index.ts";

const [queue, url, lock, keepEvery, mode] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort(new Error("stopped")));
const address = storeAddress(url!, process.env);
const store = await openWorkStore(address, { onDamage: say });
const main = fileURLToPath(new URL("./toy-node.ts", import.meta.url));
const performer = new ChildPerformer({ main, store: address, threads: 1, keepEvery: Number(keepEvery), say });
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
