/** A thread of the platform, that works until it is ended and keeps no process alive. */
export interface Thread {
  /** Resolves when it has ended. */
  end(): Promise<void>;
  /**
   * Whether it has ended, by itself too: known at once in Node, where events reach nobody who blocks; elsewhere false,
   * whatever has happened.
   */
  hasEnded(): boolean;
}

/**
 * Starts a thread: of Node's `worker_threads` in Node and its workers, a `Worker` elsewhere.
 *
 * @param program - The text of a function `(data, ready) => …` that calls `ready` and then does its work.
 * @param data - Copied to the thread; memory that is shared stays shared.
 * @param onLost - Gets an error if the thread ends by itself after it was ready.
 * @returns the thread, once it is ready: until then this one may not block, or the other might not start.
 * @throws {Error} if it cannot start.
 */
export async function startThread(program: string, data: object, onLost: (error: Error) => void): Promise<Thread> {
  return globalThis.process?.getBuiltinModule === undefined
    ? startWebWorker(program, data, onLost)
    : startNodeWorker(program, data, onLost);
}

function startNodeWorker(program: string, data: object, onLost: (error: Error) => void): Promise<Thread> {
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const text = `
    const { parentPort, workerData } = require("node:worker_threads");
    parentPort.once("message", () => (${program})(workerData, () => parentPort.postMessage("ready")));
  `;
  // without this process's arguments: loaders and flags of tests are not for it
  const worker = new Worker(text, { eval: true, workerData: data, execArgv: [] });
  // The idle time of the thread's event loop is read from the thread itself, and is negative where there is none any
  // more. The loop must have begun, so the program is one of its tasks.
  const hasEnded = () => worker.performance.eventLoopUtilization().idle < 0;
  return new Promise((resolve, reject) => {
    let fail = reject;
    worker.on("error", (cause) => fail(new Error(`wasm: a thread failed: ${cause.message}`, { cause })));
    worker.on("exit", (code) => fail(new Error(`wasm: a thread ended with code ${code}`)));
    worker.once("message", () => {
      worker.unref();
      fail = onLost;
      const end = async () => {
        fail = () => {};
        await worker.terminate();
      };
      hasEnded(); // Node keeps when the loop began from the first call
      resolve({ end, hasEnded });
    });
    worker.once("online", () => worker.postMessage("begin"));
  });
}

/** From a blob, so that no bundler need know of a second file. */
function startWebWorker(program: string, data: object, onLost: (error: Error) => void): Promise<Thread> {
  const text = `onmessage = ({ data }) => (${program})(data, () => postMessage("ready"));`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url);
  const started = new Promise<Thread>((resolve, reject) => {
    let fail = reject;
    worker.onerror = (event) => {
      event.preventDefault(); // it is told here, not on the console
      fail(
        new Error(`wasm: a thread failed: ${event.message ?? "a Content-Security-Policy must allow worker-src blob:"}`),
      );
    };
    worker.onmessage = () => {
      fail = onLost;
      resolve({ end: async () => worker.terminate(), hasEnded: () => false });
    };
    worker.postMessage(data);
  });
  return started.finally(() => URL.revokeObjectURL(url));
}
