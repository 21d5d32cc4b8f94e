// Trains in a worker of the page. What the page's own thread may not do is told beside it.
import { createWasmBackend } from "@ltt/core";

const page = await createWasmBackend({ threads: 2 }).then(
  () => "has threads",
  ({ message }) => message,
);
const worker = new Worker(new URL("./cnn-worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => console.log(JSON.stringify({ ...data, page }));
worker.onerror = ({ message }) => console.error(message);
