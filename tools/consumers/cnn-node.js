// Trains in Node; with "worker" as its argument, in one of Node's workers.
import { isMainThread, Worker } from "node:worker_threads";
import { train } from "./cnn.js";

if (isMainThread && process.argv[2] === "worker") new Worker(new URL(import.meta.url));
else console.log(JSON.stringify(await train()));
