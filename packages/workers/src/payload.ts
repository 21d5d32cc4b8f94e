import { z } from "zod";
import { LTT_VERSION } from "./version.ts";

/** What a job of the queue says: which network of which plan. It holds neither code nor options; a worker looks up both by hash. */
export interface Payload {
  readonly payload: 1;
  /** The version of ltt that planned it. */
  readonly ltt: string;
  readonly operation: "train";
  /** SHA-256 of the plan. */
  readonly plan: string;
  /** The network's node. */
  readonly node: string;
  /** What messages call it. */
  readonly label: string;
}

const OPERATIONS = ["train"] as const;

const schema: z.ZodType<Payload> = z.strictObject({
  payload: z.literal(1),
  ltt: z.string().max(100),
  operation: z.enum(OPERATIONS),
  plan: z.string().regex(/^[0-9a-f]{64}$/),
  node: z.string().regex(/^[0-9a-f]{16}$/),
  label: z.string().max(500),
});

/** A node cannot be made by this worker; another one may. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

export function payloadOf(plan: string, node: string, label: string): Payload {
  return { payload: 1, ltt: LTT_VERSION, operation: "train", plan, node, label };
}

/**
 * What a job says, if it is a payload of this version of ltt.
 *
 * @throws {RangeError} if it is none: the message names the field and what came.
 * @throws {Refusal} if it was planned by another version, which would give other bytes.
 */
export function checkPayload(data: unknown): Payload {
  const found = (data ?? {}) as Record<string, unknown>;
  const { operation, ltt } = found;
  if (typeof operation === "string" && !OPERATIONS.some((known) => known === operation)) {
    throw new RangeError(`payload: operation is ${quoted(operation)}; this worker knows ${OPERATIONS.join(", ")}`);
  }
  const read = schema.safeParse(data);
  if (!read.success) {
    const { path, message } = read.error.issues[0]!;
    const field = path.join(".") || "it";
    const came =
      path.length === 0
        ? data
        : path.reduce<unknown>(
            (inside, key) => (inside as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key],
            data,
          );
    throw new RangeError(`payload: ${field} is ${quoted(came)}: ${message}`);
  }
  if (ltt !== LTT_VERSION) {
    throw new Refusal(
      `node ${read.data.node} (${read.data.label}) was planned by ltt ${read.data.ltt}; this worker is ltt ${LTT_VERSION}, which might ` +
        `give other bytes: start a worker of ltt ${read.data.ltt}, or plan the run again with this version`,
    );
  }
  return read.data;
}

/** At most a line of it, and nothing that a terminal obeys. */
function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).replaceAll(/\p{Cc}/gu, "").slice(0, 120);
}
