import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Interrupted, interruptible, unlessAborted } from "./interruption.ts";

const handlers = () =>
  [...(["SIGHUP", "SIGINT", "SIGTERM"] as const).map((name) => process.listenerCount(name))].concat(
    process.stdout.listenerCount("error"),
  );

describe("interruptible", () => {
  test.each([
    ["SIGHUP", 129],
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s aborts with exit code %i", async (name, exitCode) => {
    const before = handlers();
    const reason = await interruptible(async (signal) => {
      process.emit(name, name);
      return signal.reason as Interrupted;
    });
    expect(reason).toBeInstanceOf(Interrupted);
    expect(reason.exitCode).toBe(exitCode);
    expect(handlers()).toEqual(before);
  });

  test("says what is left of the work", async () => {
    const messageOf = (left?: string) =>
      interruptible(async (signal) => {
        process.emit("SIGINT", "SIGINT");
        return (signal.reason as Interrupted).message;
      }, left);
    expect(await messageOf()).toBe("interrupted: all that was done is kept; the same command goes on from there");
    expect(await messageOf("nothing was trained")).toBe("interrupted: nothing was trained");
  });

  test("the same signal again within half a second is the first: npm and the terminal both send it", async () => {
    const before = handlers();
    await interruptible(async (signal) => {
      process.emit("SIGINT", "SIGINT");
      process.emit("SIGINT", "SIGINT");
      process.emit("SIGTERM", "SIGTERM");
      expect((signal.reason as Interrupted).exitCode).toBe(130);
      expect(handlers()).not.toEqual(before);
      await sleep(600);
      const [hangUp, ...asked] = before;
      expect(handlers()).toEqual([hangUp! + 1, ...asked.slice(0, 2), asked[2]! + 1]); // another Ctrl-C ends the process at once
    });
  });

  test("a closed pipe aborts with exit code 141, any other error of the output does not", async () => {
    const error = (code: string) => process.stdout.emit("error", Object.assign(new Error(), { code }));
    const ignore = () => {};
    process.stdout.on("error", ignore);
    await interruptible(async (signal) => {
      error("ENOSPC");
      expect(signal.aborted).toBe(false);
      error("EPIPE");
      expect((signal.reason as Interrupted).exitCode).toBe(141);
    });
    process.stdout.off("error", ignore);
  });
});

describe("unlessAborted", () => {
  const never = () => new Promise<never>(() => {});

  test("is the work's outcome", async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(signal, Promise.resolve(1))).toBe(1);
    expect(await unlessAborted(undefined, Promise.resolve(2))).toBe(2);
    await expect(unlessAborted(signal, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  });

  test("is the signal's reason, before or during the work", async () => {
    const stop = new AbortController();
    const waiting = unlessAborted(stop.signal, never());
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    await expect(unlessAborted(stop.signal, never())).rejects.toThrow("stopped");
  });
});
