import { afterEach, describe, expect, test, vi } from "vitest";
import { startThread } from "./thread.ts";

const never = (error: Error): void => {
  throw error;
};

test("a thread gets its data and shares memory", async () => {
  const memory = new SharedArrayBuffer(8);
  const cells = new Int32Array(memory);
  const program = `({ memory, value }, ready) => {
    const cells = new Int32Array(memory);
    ready();
    Atomics.wait(cells, 0, 0);
    Atomics.store(cells, 1, value);
    Atomics.notify(cells, 1);
  }`;
  const thread = await startThread(program, { memory, value: 7 }, () => {});
  Atomics.store(cells, 0, 1);
  Atomics.notify(cells, 0);
  Atomics.wait(cells, 1, 0, 10_000);
  expect(cells[1]).toBe(7);
  await thread.end();
});

test("a thread that cannot start is an error", async () => {
  await expect(startThread("() => { throw new Error('no room'); }", {}, never)).rejects.toThrow(
    "wasm: a thread failed: no room",
  );
  await expect(startThread("() => process.exit(3)", {}, never)).rejects.toThrow("wasm: a thread ended with code 3");
  await expect(startThread("() => {}", { body: () => {} }, never)).rejects.toThrow("could not be cloned");
});

test("a thread that ends by itself tells so, one that is ended does not", async () => {
  const cells = new Int32Array(new SharedArrayBuffer(4));
  const program = `({ cells }, ready) => {
    ready();
    Atomics.wait(cells, 0, 0);
    throw new Error("out of memory");
  }`;
  const lost = await new Promise<Error>((resolve, reject) => {
    startThread(program, { cells }, resolve).then(() => {
      Atomics.store(cells, 0, 1);
      Atomics.notify(cells, 0);
    }, reject);
  });
  expect(lost.message).toBe("wasm: a thread failed: out of memory");

  const onLost = vi.fn();
  const thread = await startThread("(_, ready) => { ready(); for (;;); }", {}, onLost);
  await thread.end();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(onLost).not.toHaveBeenCalled();
});

describe("outside Node", () => {
  // what a page's worker does is seen in Chromium by `npm run consumers`; here, what Chromium does not do when it is asked to
  class Refused {
    onmessage: (() => void) | undefined;
    onerror: ((event: { message?: string; preventDefault: () => void }) => void) | undefined;

    postMessage() {
      queueMicrotask(() => this.onerror?.({ preventDefault: () => {} }));
    }
  }
  afterEach(() => vi.unstubAllGlobals());

  test("a worker that a policy refuses is an error that names the policy", async () => {
    vi.stubGlobal("process", undefined);
    vi.stubGlobal("Worker", Refused);
    await expect(startThread("() => {}", {}, never)).rejects.toThrow(
      "wasm: a thread failed: a Content-Security-Policy must allow worker-src blob:",
    );
  });
});
