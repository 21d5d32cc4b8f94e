import type { Rng } from "@ltt/core";
import { check, checkOptions, checkRng, count, integers, type Kinds, map, object, text } from "@ltt/core/arguments";
import { readPart, sizeOf } from "./audit/part.ts";
import { checkEach } from "./kinds.ts";
import { checkPattern, checkValues, type Pattern, type Values } from "./pattern.ts";
import { RunFolderError } from "./run-folder-error.ts";
import { type Store, storeKind } from "./store.ts";

/** Shapes of tensors, by name. */
type Shapes = ReadonlyMap<string, readonly number[]>;

/** What a sparse network starts from: its mask, and its values there before training. */
export interface Ticket {
  readonly mask: Pattern;
  readonly values: Values;
  readonly shapes: Shapes;
}

/** A ticket in the shapes of another network. */
export interface TransferredTicket {
  readonly mask: Pattern;
  /** Where the ticket brings values: a part of the mask. Elsewhere a network has its own. */
  readonly positions: Pattern;
  readonly values: Values;
}

/**
 * The ticket of a trained network in a run folder: what it started from.
 *
 * @throws {RunFolderError} if there is no such network, it is damaged, or it is dense.
 */
export async function readTicket(store: Store, hash: string): Promise<Ticket> {
  check("readTicket", "store", store, storeKind);
  check("readTicket", "hash", hash, text);
  const stored = await store.read(hash);
  if (stored === undefined)
    throw new RunFolderError(`readTicket: there is no network ${hash}; names are in metrics.csv`);
  const bytes = stored.files.get("ticket.safetensors");
  if (bytes === undefined)
    throw new RunFolderError(`${stored.place}: has no ticket.safetensors: this is no pruned network`);
  const { mask, values, shapes } = readPart(bytes, `${stored.place}/ticket.safetensors`);
  return { mask, values, shapes };
}

export interface TransferOptions {
  /**
   * Of tensors whose rows stand for words, by name: for each row of the new tensor the row of the old one that it
   * takes, −1 where the old one has none. Default: of tensors of the same shape each row takes the one of its number;
   * of others all have none.
   */
  readonly rows?: ReadonlyMap<string, Int32Array> | undefined;
  /** Draws the places of rows that the old tensor does not have. */
  readonly rng: Rng;
}

const OPTIONS: Kinds<TransferOptions> = { rows: map, rng: { words: "an Rng", accepts: () => true } };

/**
 * A ticket of one network in the shapes of another, as with other words (Morcos et al., NeurIPS 2019; Desai et al.,
 * 2019, whose networks had one vocabulary).
 *
 * A row that the old tensor has takes its mask and its values. Rows that it has not, as words that only the new data
 * has, keep weights at random places, and bring no values: so many that the whole tensor is as dense as the old one,
 * `round(density · size)`, as far as these rows have room. So a transferred ticket has as many weights as a ticket of
 * the new data's own at the same round, but for that room.
 *
 * @param shapes - Of the tensors that are pruned, those of the new network.
 * @throws {RangeError} if a tensor is missing on one side, or differs in more than its rows.
 */
export function transferTicket(ticket: Ticket, shapes: Shapes, options: TransferOptions): TransferredTicket {
  checkTicket(ticket);
  checkShapes("shapes", shapes);
  const { rows: rowsOf = new Map<string, Int32Array>(), rng } = checkOptions("transferTicket", options, OPTIONS, [
    "rng",
  ]);
  checkRng("transferTicket", "rng", rng);
  for (const name of ticket.mask.keys()) {
    if (!shapes.has(name)) throw new RangeError(`transferTicket: the ticket has "${name}", the new network does not`);
  }
  const [mask, positions, values] = [
    new Map<string, Int32Array>(),
    new Map<string, Int32Array>(),
    new Map<string, Float32Array>(),
  ];
  for (const [name, shape] of shapes) {
    const [from, kept, brought] = [ticket.shapes.get(name), ticket.mask.get(name), ticket.values.get(name)];
    if (from === undefined || kept === undefined || brought === undefined)
      throw new RangeError(`transferTicket: the new network has "${name}", the ticket does not`);
    const rows = rowsOf.get(name) ?? sameRows(from, shape);
    checkRows(name, from, shape, rows);
    const moved = moveRows({ kept, brought, width: sizeOf(shape.slice(1)) }, rows);
    positions.set(name, moved.positions);
    values.set(name, moved.values);
    const wanted = Math.round((kept.length / sizeOf(from)) * sizeOf(shape));
    const others = placesOfOthers(rows, sizeOf(shape.slice(1)), wanted - moved.positions.length, rng.split(name));
    mask.set(name, Int32Array.from([...moved.positions, ...others]).sort());
  }
  return { mask, positions, values };
}

function checkTicket(ticket: Ticket): void {
  check("transferTicket", "ticket", ticket, object);
  checkPattern("transferTicket", "ticket.mask", ticket.mask);
  checkValues("transferTicket", "ticket.values", ticket.values);
  checkShapes("ticket.shapes", ticket.shapes);
}

function checkShapes(name: string, shapes: Shapes): void {
  check("transferTicket", name, shapes, map);
  for (const [tensor, shape] of shapes) checkEach("transferTicket", `${name} of "${tensor}"`, shape, count);
}

function sameRows(from: readonly number[], to: readonly number[]): Int32Array {
  const isSame = from.length === to.length && from.every((size, axis) => size === to[axis]);
  return Int32Array.from({ length: to[0] ?? 1 }, (_, row) => (isSame ? row : -1));
}

function checkRows(name: string, from: readonly number[], to: readonly number[], rows: Int32Array): void {
  const differ = from.length !== to.length || from.slice(1).some((size, axis) => size !== to[axis + 1]);
  if (differ) {
    throw new RangeError(
      `transferTicket: "${name}" is [${from}] in the ticket and [${to}] in the new network; only rows may differ`,
    );
  }
  check("transferTicket", `rows of "${name}"`, rows, integers);
  const wrong = rows.findIndex((row) => row < -1 || row >= (from[0] ?? 1));
  if (wrong >= 0 || rows.length !== (to[0] ?? 1)) {
    const what = wrong >= 0 ? `row ${wrong} takes ${rows[wrong]}` : `there are ${rows.length}`;
    throw new RangeError(
      `transferTicket: rows of "${name}": ${what}; it has ${to[0] ?? 1}, the ticket's ${from[0] ?? 1}`,
    );
  }
  const taken = rows.filter((row) => row >= 0);
  if (new Set(taken).size < taken.length) throw new RangeError(`transferTicket: rows of "${name}" take one row twice`);
}

interface Rows {
  /** Ascending positions, and the values there. */
  readonly kept: Int32Array;
  readonly brought: Float32Array;
  /** Elements of a row. */
  readonly width: number;
}

/** The positions and values of rows, each moved to the row that takes it. */
function moveRows({ kept, brought, width }: Rows, rows: Int32Array): { positions: Int32Array; values: Float32Array } {
  const takenBy = new Map<number, number>();
  for (const [row, old] of rows.entries()) if (old >= 0) takenBy.set(old, row);
  const moved: [position: number, value: number][] = [];
  for (const [i, at] of kept.entries()) {
    const row = takenBy.get(Math.floor(at / width));
    if (row !== undefined) moved.push([row * width + (at % width), brought[i]!]);
  }
  moved.sort(([a], [b]) => a - b);
  return { positions: Int32Array.from(moved, ([at]) => at), values: Float32Array.from(moved, ([, value]) => value) };
}

/** Random places of the rows that take none, at most as many as these have. */
function placesOfOthers(rows: Int32Array, width: number, wanted: number, rng: Rng): number[] {
  const others = Array.from(rows.keys()).filter((row) => rows[row] === -1);
  const count = Math.min(Math.max(0, wanted), others.length * width);
  if (count === 0) return [];
  const chosen = rng.permutation(others.length * width).subarray(0, count);
  return Array.from(chosen, (at) => others[Math.floor(at / width)]! * width + (at % width));
}
