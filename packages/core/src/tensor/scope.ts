import { check, isPromise, synchronous } from "../arguments/kinds.ts";
import { backend, useBackend } from "../backends/backend.ts";
import type { Backend, Indices, Storage } from "../kernels/kernels.ts";
import { weigh } from "./ballast.ts";
import { dissolve } from "./pending-writes.ts";

/** What belongs to a scope: a tensor. No class to extend, which would cost every tensor a second constructor. */
export interface Scoped {
  /** How it was computed; nothing, once its scope has ended. */
  node: object | undefined;
  /** The storage as it is; nothing, as long as it is to be filled lazily. */
  readonly filled: Storage | undefined;
  /** The storage as it is, filled by now, whatever backend is in use. */
  scopedStorage(): Storage;
  /** Gives the memory up, so that any later use is an error. */
  forget(): void;
}

/** What a scope gives back when it ends. Reshaped tensors share storage, so tensors and storage are listed apart. */
export interface Scope {
  readonly tensors: Scoped[];
  readonly storage: Owned[];
  readonly indices: { readonly owner: Backend; readonly values: Indices }[];
}

export interface Owned {
  readonly owner: Backend;
  readonly values: Storage;
}

let current: Scope | undefined;
/** The same, but for what `collect` opens: what is filled lazily outlives that. */
let lasting: Scope | undefined;

/** For tensors: a tensor made inside a scope cannot be used after it. */
export function adopt(tensor: Scoped): void {
  current?.tensors.push(tensor);
}

/**
 * `body`, to be run later as if the scope that is open now still were, and the backend in use: what it allocates
 * belongs there, not where it is first asked for. For storage that is filled lazily.
 */
export function inThisScope<T>(body: () => T): () => T {
  const home = lasting;
  const owner = backend();
  return () => {
    const open = { current, lasting };
    const inUse = backend();
    if (inUse !== owner) useBackend(owner);
    current = lasting = home;
    try {
      return body();
    } finally {
      ({ current, lasting } = open);
      if (inUse !== owner) useBackend(inUse);
    }
  };
}

/**
 * Runs `body`, and tells what was made inside: it belongs to no scope, until it is handed on to one or given back. If
 * `body` throws, it belongs to the open scope.
 */
export function collect<T>(body: (argument: T) => void, argument: T): Scope {
  const outer = current;
  const mine: Scope = { tensors: [], storage: [], indices: [] };
  current = mine;
  try {
    body(argument);
  } catch (error) {
    current = outer;
    handOn(mine);
    throw error;
  } finally {
    current = outer;
  }
  return mine;
}

/** To the scope that is open. */
export function handOn({ tensors, storage, indices }: Scope): void {
  if (current === undefined) {
    for (const { owner, values } of [...storage, ...indices]) keep(owner, values);
    return;
  }
  for (const tensor of tensors) current.tensors.push(tensor);
  for (const owned of storage) current.storage.push(owned);
  for (const owned of indices) current.indices.push(owned);
}

export function giveBack({ owner, values }: Owned): void {
  dissolve(values);
  owner.release(values);
}

/** float32 memory of the backend in use, given back with the scope. */
export function allocate(length: number): Storage {
  const owner = backend();
  return own(owner, owner.allocate(length, current !== undefined));
}

/** float32 memory for the kernels that `body` issues, given back right after it: for what nobody asks for later. */
export function borrow(length: number, body: (values: Storage) => void): void {
  const owner = backend();
  const values = owner.allocate(length, true);
  try {
    body(values);
  } finally {
    owner.release(values);
  }
}

/** A copy of the values in the memory of the backend in use, given back with the scope. */
export function upload(values: Float32Array): Storage {
  const owner = backend();
  return own(owner, owner.upload(values, current !== undefined));
}

function own(owner: Backend, values: Storage): Storage {
  if (current === undefined) weigh(values, values.length * 4);
  else current.storage.push({ owner, values });
  return values;
}

/** What was of a scope is of none from now on: it comes back once it is garbage. */
function keep(owner: Backend, values: Storage | Indices): void {
  owner.keep?.(values);
  weigh(values, values.length * 4);
}

/** int32 values, or room for so many, in the memory of the backend in use, given back with the scope. */
export function indices(values: Int32Array | number): Indices {
  const owner = backend();
  const scoped = current !== undefined;
  const made = typeof values === "number" ? owner.allocateIndices(values, scoped) : owner.uploadIndices(values, scoped);
  if (current === undefined) weigh(made, made.length * 4);
  else current.indices.push({ owner, values: made });
  return made;
}

/**
 * Runs `body` and gives back the memory of every tensor made inside, but for those it returns: alone, in arrays, maps,
 * sets, or the fields of objects, as those of a `Sparse` or of a model, to any depth. So a thousand steps of training
 * use the memory of one. What is returned is cut from the graph and belongs to the surrounding scope; what only
 * `#private` fields or closures hold is not found. Weights and the state of optimisers are usually made outside.
 *
 * `body` is synchronous: it issues work, reads too, whose answers are awaited after it:
 *
 *     const { reading } = scope(() => {
 *       const loss = …;
 *       optimiser.step(gradients(loss, optimiser.parameters));
 *       return { reading: loss.item() };
 *     });
 *     const loss = await reading;
 *
 * @throws {TypeError} if `body` is async or a generator, or returns a promise: its work would run after the memory is gone.
 */
export function scope<T>(body: () => T): T {
  check("scope", "body", body, synchronous);
  const outer = { current, lasting };
  const mine: Scope = { tensors: [], storage: [], indices: [] };
  current = lasting = mine;
  try {
    const result = body();
    if (isPromise(result)) {
      throw new TypeError("scope: the body returned a promise: issue work inside, await its results after the scope");
    }
    end(mine, outer.current, result);
    return result;
  } catch (error) {
    end(mine, outer.current, undefined);
    throw error;
  } finally {
    ({ current, lasting } = outer);
  }
}

function end(mine: Scope, outer: Scope | undefined, result: unknown): void {
  const returned = tensorsIn(result);
  const alive = new Set<Storage>();
  if (returned.size > 0) for (const tensor of mine.tensors) if (returned.has(tensor)) alive.add(tensor.scopedStorage());

  for (const tensor of mine.tensors) {
    tensor.node = undefined;
    if (returned.has(tensor)) outer?.tensors.push(tensor);
    else tensor.forget();
  }
  for (const { values } of mine.storage) if (!alive.has(values)) dissolve(values);
  for (const owned of mine.storage) {
    if (alive.has(owned.values)) keepIn(outer, owned);
    else owned.owner.release(owned.values);
  }
  for (const { owner, values } of mine.indices) owner.releaseIndices(values);
}

function keepIn(outer: Scope | undefined, owned: Owned): void {
  if (outer === undefined) keep(owned.owner, owned.values);
  else outer.storage.push(owned);
}

const NOTHING: ReadonlySet<object> = new Set();

/** Every tensor that a result leads to, through arrays, maps, sets and the fields of objects, each gone through once. */
function tensorsIn(result: unknown): ReadonlySet<object> {
  if (typeof result !== "object") return NOTHING;
  const found = new Set<object>();
  const meet = (value: unknown) => {
    if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) found.add(value);
  };
  meet(result);
  for (const value of found) {
    if ("scopedStorage" in value) continue; // a tensor
    // a set's walk meets what is added to it: neither a circle nor the depth matters
    if (value instanceof Map) for (const pair of value) pair.forEach(meet);
    else (value instanceof Set ? value : Object.values(value)).forEach(meet);
  }
  return found;
}
