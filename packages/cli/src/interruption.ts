/** What ends a command from outside, and the exit code of each: 128 + the signal's number, as shells have it. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 } as const;
type Cause = keyof typeof EXIT_CODES;

/** Milliseconds in which a second signal counts as the first: a terminal and npm both send Ctrl-C on. */
const SAME = 500;

const KEPT = "all that was done is kept; the same command goes on from there";

/** Ctrl-C and the like: not a failure, and what is done stays. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly exitCode: number;

  constructor(cause: Cause, left: string) {
    const why = cause === "SIGPIPE" ? "nobody reads its output any more; " : "";
    super(`interrupted: ${why}${left}`);
    this.exitCode = EXIT_CODES[cause];
  }
}

const ASKED = ["SIGINT", "SIGTERM"] as const;

/**
 * Does work that Ctrl-C (SIGINT), SIGTERM, SIGHUP and a reader of its output that goes away (EPIPE) end by aborting the signal, with an
 * `Interrupted` as its reason. Node ignores SIGPIPE itself. Who asks again with Ctrl-C or SIGTERM ends the process at once, as if nobody
 * handled it.
 *
 * @param left - What is left of the work, for the message.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, left: string = KEPT): Promise<T> {
  const controller = new AbortController();
  const stop = (cause: Cause) => {
    if (controller.signal.aborted) return;
    controller.abort(new Interrupted(cause, left));
    setTimeout(letAskAgain, SAME).unref();
  };
  const onPipe = ({ code }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") stop("SIGPIPE");
  };
  const letAskAgain = () => {
    for (const name of ASKED) process.off(name, stop);
  };

  for (const name of [...ASKED, "SIGHUP"] as const) process.on(name, stop);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", onPipe);
  try {
    return await work(controller.signal);
  } finally {
    letAskAgain();
    process.off("SIGHUP", stop); // the terminal closes, maybe just after Ctrl-C: nobody is impatient
    for (const stream of [process.stdout, process.stderr]) stream.off("error", onPipe);
  }
}

/** The outcome of work that keeps nothing and does not hear the signal, or at once the signal's reason. */
export async function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
  });
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
