import {
  type Criterion,
  createGraphJob,
  type GraphJob,
  RunFolderError,
  type Store,
  type Task,
  TrainingFailure,
} from "@ltt/lottery";
import type { FromNode, ToNode } from "./node-messages.ts";
import { unpack } from "./packed.ts";
import { Refusal } from "./payload.ts";
import { decodePlan } from "./work-plan.ts";
import { openWorkStore } from "./work-store.ts";

/** What a process that trains must be able to do, besides what plans say. */
export interface NodeServer {
  /** The task of unpacked data. */
  readonly taskOf: (data: unknown) => Task;
  /** Computes from now on with the backend of this name, and so many threads. */
  readonly useBackend: (name: string, threads: number) => Promise<void>;
  /** What plugin files bring. */
  readonly loadCriteria: (files: readonly string[]) => Promise<readonly Criterion[]>;
}

/** Milliseconds between signs of life. */
const ALIVE_EVERY = 5000;

/**
 * Trains networks of one plan for a worker that has started this process: the worker only supervises, so that its heartbeat goes on while
 * this one computes. Signals are for the worker, which then tells; where it is gone, however it ended, this process keeps what it is at and
 * ends too.
 */
export function serveNodes(server: NodeServer): void {
  const stop = new AbortController();
  let job: Promise<{ readonly graph: GraphJob; readonly nodes: Store }> | undefined;
  let making: Promise<void> | undefined;

  const open = async ({ store: address, plan: bytes, threads, keepEvery, plugins }: ToNode & { kind: "open" }) => {
    const plan = decodePlan(bytes);
    const { nodes, blobs } = await openWorkStore(address, { onDamage: (line) => tell({ kind: "say", line }) });
    const criteria = await server.loadCriteria(plugins);
    await server.useBackend(plan.backend, threads).catch((cause: Error) => {
      throw new Refusal(`the plan is of the backend ${plan.backend}, which does not run here: ${cause.message}`, {
        cause,
      });
    });
    const task = server.taskOf(unpack(await blobs.get("data", plan.data)));
    const clock = () => performance.now() / 1000;
    return { graph: createGraphJob(task, plan.nodes, { store: nodes, clock, keepEvery, criteria }), nodes };
  };
  const make = async ({ network }: ToNode & { kind: "make" }) => {
    try {
      const { graph, nodes } = await job!;
      const lacks = graph.lacks(network.hash);
      if (lacks !== undefined) {
        throw new Refusal(
          `${network.label}: ${lacks}: start the worker with --plugin FILE; a search that a plugin's stop ends runs without --queue`,
        );
      }
      let told = 0;
      const onStep = (hash: string, step: number, loss: number) => {
        if (performance.now() - told < TELL_EVERY) return;
        told = performance.now();
        tell({ kind: "step", hash, step, loss });
      };
      await graph.make(network, { onStep, signal: stop.signal });
      if (!(await nodes.has(network.hash))) {
        throw new RunFolderError(
          `${network.label}: it was removed from the store, and is still in the memory of this process: another one makes it again`,
          { cause: { code: "ENOENT" } },
        );
      }
      await nodes.checkpoints.drop(network.hash); // of an earlier worker that ended between the two
      tell({ kind: "made" });
    } catch (error) {
      tell(stop.signal.aborted && error === stop.signal.reason ? { kind: "stopped" } : told(error));
    }
  };
  const end = async () => {
    stop.abort(new Error("stopped"));
    await making;
    process.exit();
  };

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  process.stderr.on("error", () => {}); // nobody reads it any more
  process.on("message", (message: ToNode) => {
    if (message.kind === "open") {
      job = open(message);
      job.catch(() => {}); // told when a network is asked for
    } else if (message.kind === "make") making = make(message);
    else stop.abort(new Error("stopped"));
  });
  process.on("disconnect", () => void end());
  setInterval(() => tell({ kind: "alive" }), ALIVE_EVERY).unref();
  if (!process.connected) void end();
}

/** Milliseconds between steps that are told. */
const TELL_EVERY = 500;

function told(error: unknown): FromNode {
  const { message, cause } = error as Error;
  if (error instanceof Refusal) return { kind: "refused", message };
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  if (error instanceof RunFolderError && typeof code === "string") return { kind: "failed", message, how: "passing" };
  const isLasting =
    error instanceof RunFolderError || // made with other bytes
    error instanceof RangeError ||
    error instanceof TypeError ||
    cause instanceof TrainingFailure; // the same settings fail at the same step again
  return { kind: "failed", message, how: isLasting ? "lasting" : "unknown" };
}

function tell(message: FromNode): void {
  if (process.connected) process.send!(message, undefined, {}, () => {}); // the worker may go meanwhile
}
