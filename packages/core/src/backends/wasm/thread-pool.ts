import type { Exports } from "./exports.generated.ts";
import type { Instance } from "./instantiate.ts";
import type { LinearMemory } from "./memory.ts";
import { startThread } from "./thread.ts";

/** A compiled kernel that gives nothing back. */
export type KernelName = {
  [Name in keyof Exports]: ReturnType<Exports[Name]> extends void ? Name : never;
}[keyof Exports];

/** The arguments of one call of a compiled kernel. */
export type Arguments<Name extends KernelName> = Readonly<Parameters<Exports[Name]>>;

/** Runs independent parts of a kernel, each once. The results do not depend on which thread runs a part, or on how many run at a time. */
export interface ThreadPool {
  /** How many threads work at a time, at most. */
  readonly size: number;
  /** Lets so many work at a time from the next kernel on, at most all that there are; the others sleep. */
  limit(threads: number): void;
  /**
   * Returns when all parts have run.
   *
   * @param parts - At most `size`.
   * @param work - Multiplications of all parts: the time limit of a part grows with it.
   */
  run<Name extends KernelName>(kernel: Name, parts: readonly Arguments<Name>[], work?: number): void;
  /** The same for a single part, which the caller runs. */
  runHere<Name extends KernelName>(kernel: Name, part: Arguments<Name>): void;
  /** Ends the threads. To run something afterwards is an error. */
  close(): Promise<void>;
}

/** No threads but the caller: every part runs here, one after the other. */
export function serial(exports: Exports): ThreadPool {
  return {
    size: 1,
    limit: () => {},
    run: (kernel, parts) => {
      for (const part of parts) call(exports, kernel, part);
    },
    runHere: (kernel, part) => call(exports, kernel, part),
    close: async () => {},
  };
}

function call(exports: Exports, kernel: KernelName, part: readonly number[]): void {
  (exports[kernel] as (...operands: readonly number[]) => void)(...part);
}

export const CLOSED = "wasm: this backend is closed: make another";

/** float64 values of a slot: the kernel's number, the count of arguments, and the arguments. */
const SLOT = 32;
/** Indices of the flags: parts that no thread has taken, parts that are not finished, and whether one has failed. */
const WAITING = 0;
const UNFINISHED = 1;
const FAILED = 2;
/**
 * Milliseconds of busy waiting, for work or for the other threads, before a thread sleeps. Waking takes 0.3 ms and more
 * on a virtual machine, longer than many kernels, and most kernels of a training step follow each other sooner.
 */
const AWAKE = 2;
/**
 * Time limit of a part that another thread has begun, for platforms that cannot tell whether it has died (`Thread.hasEnded`): milliseconds,
 * and the multiplications for which it gets one millisecond more, a hundredth of what a thread does in that time.
 */
const PATIENCE = 30_000;
const WORK = 100_000;
/**
 * Milliseconds of one wait, after which the caller checks that the threads live. Short, so that time during which the
 * process was suspended counts little.
 */
const WAIT = 100;

/** The program of a thread: wait for parts, take them one after the other, the last one first. */
const THREAD = `({ module, memory, isWide, native, control, kernels }, ready) => {
  const instance = new WebAssembly.Instance(module, { env: { memory, isWide, abort: () => { throw new Error("abort"); } } });
  const exports = native === undefined ? instance.exports : { ...instance.exports, ...require(native.addon).bind(memory, native.width) };
  const flags = new Int32Array(control, 0, 4);
  ready();
  for (let until = 0; ; ) {
    const part = Atomics.load(flags, ${WAITING});
    if (part === 0) {
      if (performance.now() < until) continue;
      Atomics.wait(flags, ${WAITING}, 0);
      until = performance.now() + ${AWAKE};
    } else if (Atomics.compareExchange(flags, ${WAITING}, part, part - 1) === part) {
      const slot = new Float64Array(control, 16 + (part - 1) * ${SLOT * 8}, ${SLOT});
      try {
        exports[kernels[slot[0]]](...slot.subarray(2, 2 + slot[1]));
      } catch {
        Atomics.store(flags, ${FAILED}, 1);
      }
      if (Atomics.sub(flags, ${UNFINISHED}, 1) === 1) Atomics.notify(flags, ${UNFINISHED});
      until = performance.now() + ${AWAKE};
    }
  }
}`;

/**
 * `size` threads on one shared memory, the calling thread among them. They sleep between kernels and do not keep a process alive.
 *
 * The caller runs the first part and then every part that no thread has taken, so a thread that wakes late, or never,
 * costs time, but neither results nor a hang.
 *
 * @param options.start - Starts a thread.
 * @param options.patience - Milliseconds that a thread may take for a part, besides those for its work. Then the pool is unusable.
 * @throws {Error} where threads cannot share memory or wait for each other, or one cannot start.
 */
export async function startThreadPool(
  { exports, module, width, native }: Instance,
  linear: LinearMemory,
  size: number,
  { start = startThread, patience = PATIENCE }: { start?: typeof startThread; patience?: number } = {},
): Promise<ThreadPool> {
  checkPlatform(linear, size);
  const control = new SharedArrayBuffer(16 + (size - 1) * SLOT * 8);
  const flags = new Int32Array(control, 0, 4);
  const slots = Array.from({ length: size - 1 }, (_, i) => new Float64Array(control, 16 + i * SLOT * 8, SLOT));
  const kernels = Object.keys(exports) as KernelName[];

  /** Why the pool is unusable. */
  let over: Error | undefined;
  const data = { module, memory: linear.memory, isWide: Number(width === 256), native, control, kernels };
  const onLost = (error: Error) => {
    over ??= new Error(`${error.message}: make another backend`, { cause: error });
  };
  const starting = await Promise.allSettled(slots.map(() => start(THREAD, data, onLost)));
  const threads = starting.flatMap((thread) => (thread.status === "fulfilled" ? [thread.value] : []));
  const close = async () => {
    over ??= new Error(CLOSED);
    await Promise.all(threads.map((thread) => thread.end()));
  };
  const refused = starting.find((thread) => thread.status === "rejected");
  if (refused !== undefined) {
    await close();
    throw refused.reason;
  }

  /** Waits until every part has been finished. */
  const join = (kernel: KernelName, work: number): void => {
    const most = patience + Math.ceil(work / WORK);
    let waited = 0;
    for (const until = performance.now() + AWAKE; Atomics.load(flags, UNFINISHED) > 0 && performance.now() < until; );
    for (let left = Atomics.load(flags, UNFINISHED); left > 0; left = Atomics.load(flags, UNFINISHED)) {
      const wait = Math.min(WAIT, most - waited);
      if (Atomics.wait(flags, UNFINISHED, left, wait) !== "timed-out") continue;
      waited += wait;
      const died = threads.some((thread) => thread.hasEnded());
      if (!died && waited < most) continue;
      const why = died ? "has died" : `has not finished its part in ${most} ms`;
      over = new Error(`wasm: ${kernel}: a thread ${why}: make another backend`);
      throw over;
    }
    if (Atomics.exchange(flags, FAILED, 0) !== 0) throw new Error(`wasm: ${kernel} failed on a thread`);
  };

  let limited = size;
  return {
    get size() {
      return limited;
    },
    limit: (threads) => {
      limited = Math.min(threads, size);
    },
    run: (kernel, parts, work = 0) => {
      if (over !== undefined) throw over;
      for (let i = 1; i < parts.length; i++) {
        const [slot, part]: [Float64Array, readonly number[]] = [slots[i - 1]!, parts[i]!];
        slot[0] = kernels.indexOf(kernel);
        slot[1] = part.length;
        slot.set(part, 2);
      }
      if (parts.length > 1) {
        Atomics.store(flags, UNFINISHED, parts.length - 1);
        Atomics.store(flags, WAITING, parts.length - 1);
        Atomics.notify(flags, WAITING, parts.length - 1);
      }
      try {
        if (parts[0] !== undefined) call(exports, kernel, parts[0]);
        for (let i = take(flags); i > 0; i = take(flags)) {
          Atomics.sub(flags, UNFINISHED, 1);
          call(exports, kernel, parts[i]!);
        }
      } finally {
        Atomics.sub(flags, UNFINISHED, Atomics.exchange(flags, WAITING, 0)); // none, unless a part has thrown
        join(kernel, work);
      }
    },
    runHere: (kernel, part) => {
      if (over !== undefined) throw over;
      call(exports, kernel, part);
    },
    close,
  };
}

/** Takes a part that no thread has taken: its number, or 0 if there is none. */
function take(flags: Int32Array): number {
  for (;;) {
    const part = Atomics.load(flags, WAITING);
    if (part === 0 || Atomics.compareExchange(flags, WAITING, part, part - 1) === part) return part;
  }
}

function checkPlatform(linear: LinearMemory, size: number): void {
  if (!linear.shared) {
    throw new Error(
      `wasm: ${size} threads need shared memory, which a page has if it is served with the headers ` +
        `Cross-Origin-Opener-Policy: same-origin ` +
        "and Cross-Origin-Embedder-Policy: require-corp: serve it so, or use one thread",
    );
  }
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1); // 0 is not 1: returns at once, where it may be called
  } catch (cause) {
    const message = `wasm: ${size} threads: a page's own thread may not wait for others: compute in a worker, or use one thread`;
    throw new Error(message, { cause });
  }
}
