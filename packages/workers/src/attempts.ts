import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Notes } from "./notes.ts";

/** A try at a network that has not ended well: its worker is at it, has died of it, or tells why it failed. */
export interface Attempt {
  readonly worker: string;
  readonly failure?: { readonly why: string; readonly isLasting: boolean } | undefined;
}

/** Failures after which a network is not tried again. */
const FAILURES = 3;

/**
 * Workers that may die while they have a network: machines go for reasons of their own, but a network that ten of them did not survive is
 * not tried again.
 */
const DEATHS = 10;

/**
 * The tries at networks, counted in the store: neither a Redis that loses its memory nor a worker that dies loses the count. Each is a note
 * of its own, `attempts/NETWORK-ID`, so no worker overwrites another's; of a network that is finished none is left.
 */
export class Attempts {
  readonly #notes: Notes;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** Notes that a worker begins, before it does. @returns the try's key. */
  async begin(network: string, worker: string): Promise<string> {
    const key = `${startOf(network)}${randomUUID()}`;
    await this.#put(key, { worker });
    return key;
  }

  /** It failed. @param isLasting - It would fail so again. */
  async fail(key: string, worker: string, why: string, isLasting: boolean): Promise<void> {
    await this.#put(key, { worker, failure: { why, isLasting } });
  }

  /** It was given back: it does not count. */
  async withdraw(key: string): Promise<void> {
    await this.#notes.remove(key);
  }

  /** Why a network is not to be tried again; `undefined` if it may be. */
  async verdict(network: string): Promise<string | undefined> {
    return verdictOn(await this.of(network));
  }

  async of(network: string): Promise<Attempt[]> {
    const notes = await Promise.all((await this.#notes.list(startOf(network))).map((key) => this.#notes.get(key)));
    return notes.flatMap((note) => (note === undefined ? [] : [attemptIn(note)])); // one that went meanwhile is none
  }

  /** The count begins anew. */
  async forget(network: string): Promise<void> {
    for (const key of await this.#notes.list(startOf(network))) await this.#notes.remove(key);
  }

  /** The networks that there are tries of. */
  async networks(): Promise<ReadonlySet<string>> {
    return new Set((await this.#notes.list(FOLDER)).map((key) => key.slice(FOLDER.length).split("-")[0]!));
  }

  async #put(key: string, attempt: Attempt): Promise<void> {
    await this.#notes.put(key, Buffer.from(JSON.stringify(attempt)));
  }
}

const FOLDER = "attempts/";

function startOf(network: string): string {
  if (!/^[0-9a-f]{16}$/.test(network)) throw new RangeError(`attempts: "${network}" is no network`);
  return `${FOLDER}${network}-`;
}

function verdictOn(attempts: readonly Attempt[]): string | undefined {
  const failures = attempts.flatMap(({ failure }) => failure ?? []);
  const lasting = failures.find(({ isLasting }) => isLasting);
  if (lasting !== undefined) return lasting.why;
  if (failures.length >= FAILURES) return failures.at(-1)!.why;
  const lost = attempts.filter(({ failure }) => failure === undefined);
  if (lost.length < DEATHS) return undefined;
  const workers = [...new Set(lost.map(({ worker }) => worker))].sort();
  return `${lost.length} tries ended with their workers: ${workers.join(", ")}`;
}

const schema: z.ZodType<Attempt> = z.object({
  worker: z.string(),
  failure: z.object({ why: z.string(), isLasting: z.boolean() }).optional(),
});

/** What is damaged still was a try. */
function attemptIn(note: Uint8Array): Attempt {
  try {
    return schema.parse(JSON.parse(Buffer.from(note).toString("utf8")));
  } catch {
    return { worker: "unknown" };
  }
}
