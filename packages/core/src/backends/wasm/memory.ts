import type { Indices, Storage } from "../../kernels.ts";

/** What WebAssembly counts memory in. */
const PAGE = 65536;
/** Nothing is handed out below: a pointer of 0 means "none" to kernels. */
const START = 1024;
/** A cache line: no block shares one with another, and every block ends on whole vectors. */
const LINE = 64;

/** A part of linear memory, in use until it is `free`. */
interface Block {
  readonly pointer: number;
  readonly bytes: number;
  free: boolean;
}

/** Where values are: what this backend hands out as `Storage` and `Indices`. */
export class Region implements Storage, Indices {
  readonly pointer: number;
  readonly length: number;
  readonly block: Block;
  /** Made when first asked for. */
  view: Float32Array | undefined;

  constructor(length: number, block: Block) {
    this.pointer = block.pointer;
    this.length = length;
    this.block = block;
  }

  /** To the end of the last vector. */
  get bytes(): number {
    return (this.length * 4 + 15) & ~15;
  }
}

/**
 * The one memory in which all tensors lie. Blocks given back are handed out again to whoever needs one of their size, sizes being rounded
 * up by at most an eighth; so a training step that has run once finds everything that it needs, and the memory stays as large as it is.
 *
 * It is shared where the platform allows it: a shared memory grows without detaching the views that a caller holds.
 */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly #limit: number;
  /** Pointers by the size of their blocks. */
  readonly #free = new Map<number, number[]>();
  /** Blocks whose tensor was made outside a scope, and is now garbage, come back too. */
  readonly #garbage = new FinalizationRegistry<Block>((block) => this.#giveBack(block));
  /** A view keeps its region, so that memory is not given back while someone reads it. */
  readonly #owners = new WeakMap<Float32Array, Region>();
  #top = START;
  #inUse = 0;

  /** @param limit - In bytes: how far the memory may grow, at most 4 GiB. */
  constructor(limit: number) {
    if (typeof WebAssembly === "undefined") {
      throw new Error("wasm: this platform has no WebAssembly: compute with useBackend(createReferenceBackend())");
    }
    this.#limit = Math.max(1, Math.floor(limit / PAGE)) * PAGE;
    this.shared = sharedMemoryWorks();
    this.memory = new WebAssembly.Memory({
      initial: Math.min(16, this.#limit / PAGE),
      maximum: this.#limit / PAGE,
      shared: this.shared,
    });
  }

  /** Bytes that are handed out, and bytes that the platform gave. */
  get size(): { readonly inUse: number; readonly total: number } {
    return { inUse: this.#inUse, total: this.memory.buffer.byteLength };
  }

  /** Room for `length` values of four bytes. */
  allocate(length: number): Region {
    const block = this.#take(roundUp(length * 4), length);
    const region = new Region(length, block);
    this.#garbage.register(region, block);
    return region;
  }

  release(region: Region): void {
    if (region.block.free) throw new Error(`wasm: a block of ${region.length} values is given back twice`);
    this.#giveBack(region.block);
  }

  /** Runs `body` with a pointer to `bytes` bytes that are given back after it. */
  borrow(bytes: number, body: (pointer: number) => void): void {
    const block = this.#take(roundUp(bytes), Math.ceil(bytes / 4));
    try {
      body(block.pointer);
    } finally {
      this.#giveBack(block);
    }
  }

  floats(region: Region): Float32Array {
    if (region.view === undefined || (!this.shared && region.view.buffer !== this.memory.buffer)) {
      region.view = new Float32Array(this.memory.buffer, region.pointer, region.length);
      this.#owners.set(region.view, region);
    }
    return region.view;
  }

  integers(region: Region): Int32Array {
    return new Int32Array(this.memory.buffer, region.pointer, region.length);
  }

  #take(bytes: number, length: number): Block {
    const pointer = this.#free.get(bytes)?.pop() ?? this.#extend(bytes);
    const block = pointer === undefined ? this.#larger(bytes) : { pointer, bytes, free: false };
    if (block === undefined) throw this.#exhausted(length);
    this.#inUse += block.bytes;
    return block;
  }

  #giveBack(block: Block): void {
    if (block.free) return;
    block.free = true;
    this.#inUse -= block.bytes;
    const free = this.#free.get(block.bytes);
    if (free === undefined) this.#free.set(block.bytes, [block.pointer]);
    else free.push(block.pointer);
  }

  /** A block from behind the last one. */
  #extend(bytes: number): number | undefined {
    const end = this.#top + bytes;
    const total = this.memory.buffer.byteLength;
    if (end > total) {
      const wanted = Math.ceil((end - total) / PAGE);
      const ahead = Math.min(Math.max(wanted, Math.ceil(total / PAGE / 8)), (this.#limit - total) / PAGE);
      if (!this.#grow(Math.max(wanted, ahead)) && !this.#grow(wanted)) return undefined;
    }
    const pointer = this.#top;
    this.#top = end;
    return pointer;
  }

  #grow(pages: number): boolean {
    if (this.memory.buffer.byteLength + pages * PAGE > this.#limit) return false;
    try {
      this.memory.grow(pages);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /** When nothing else is left: the smallest free block that is large enough. */
  #larger(bytes: number): Block | undefined {
    let best = Infinity;
    for (const [size, free] of this.#free) if (size > bytes && size < best && free.length > 0) best = size;
    return best === Infinity ? undefined : { pointer: this.#free.get(best)!.pop()!, bytes: best, free: false };
  }

  #exhausted(length: number): RangeError {
    const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    return new RangeError(
      `wasm: no room for ${length} values (${mib(length * 4)}): ${mib(this.#inUse)} are in use, ` +
        `${mib(this.memory.buffer.byteLength - this.#inUse)} are free in other pieces, and the memory ends at ${mib(this.#limit)}: ` +
        "run each step inside scope(() => …), or make the batch or the model smaller",
    );
  }
}

/** Eight sizes an octave, whole cache lines each. */
function roundUp(bytes: number): number {
  const octave = 2 ** Math.floor(Math.log2(Math.max(bytes, LINE)));
  const step = Math.max(LINE, octave / 8);
  return Math.max(LINE, Math.ceil(bytes / step) * step);
}

/** Browsers share memory with pages that are isolated from other origins only. */
function sharedMemoryWorks(): boolean {
  return typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false;
}
