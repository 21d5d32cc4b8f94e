import type { Indices, Storage } from "../../kernels/kernels.ts";

/** What WebAssembly counts memory in. */
const PAGE = 65536;
/** Nothing is handed out below: a pointer of 0 means "none" to kernels. */
const START = 1024;
/** A cache line: no block shares one with another, and every block ends on whole vectors. */
const LINE = 64;

/** From this size on, blocks are cut from whatever is free and grow together again when they are given back. */
const LARGE = 1 << 18;

/** Small blocks come from slabs of this size, so that they cannot fragment the large ones. */
const PIECE = 1 << 19;

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
  /** Whether it comes back once it is garbage. */
  kept = false;

  constructor(length: number, block: Block) {
    this.pointer = block.pointer;
    this.length = length;
    this.block = block;
  }

  /** So many of its values, from that one on: a region of its own for kernels that write not a value more, and nobody's to give back. */
  part(from: number, length: number): Region {
    return new Region(length, { pointer: this.pointer + from * 4, bytes: length * 4, free: false });
  }

  /** To the end of the last vector. */
  get bytes(): number {
    return Math.ceil(this.length / 4) * 16; // bits of integers would be those of a negative number from 2 GiB on
  }
}

/**
 * The linear memory that holds all tensors. Sizes are rounded up by at most an eighth, and blocks that are given back are kept by size, so
 * a training step that has run once allocates nothing new. Large blocks, whose sizes differ from batch to batch, are cut first-fit from a
 * free list. Where the memory cannot grow further, all free blocks go to the free list and are joined before an allocation is refused.
 *
 * It is shared where the platform allows it: a shared memory grows without detaching the views that a caller holds.
 */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly #limit: number;
  /** Pointers by the size of their blocks. */
  readonly #free = new Map<number, number[]>();
  /** What is left of the slabs that small blocks are cut from. */
  readonly #slabs: { pointer: number; bytes: number }[] = [];
  /** Free ranges of large blocks, by pointer, neighbours joined. */
  readonly #freeList: { pointer: number; bytes: number }[] = [];
  /** Blocks whose tensor was made outside a scope, and is now garbage, come back too. */
  readonly #garbage = new FinalizationRegistry<Block>((block) => {
    this.#keptBytes -= block.bytes;
    this.#giveBack(block);
  });
  /** A view keeps its region, so that memory is not given back while someone reads it. */
  readonly #owners = new WeakMap<Float32Array, Region>();
  /** The whole memory as it was when somebody last wrote to it. */
  #words = new Int32Array(0);
  #values = new Float32Array(0);
  #top = START;
  /** The highest that `#top` ever was. */
  #reached = START;
  #blocks = 0;
  #inUse = 0;
  #peak = 0;
  /** Bytes of what was made outside of scopes, garbage or not. */
  #keptBytes = 0;

  /** @param limit - In bytes: how far the memory may grow, at most 4 GiB. Less where the platform has no addresses for so much. */
  constructor(limit: number) {
    if (typeof WebAssembly === "undefined") {
      throw new Error("wasm: this platform has no WebAssembly: compute with useBackend(createReferenceBackend())");
    }
    this.shared = sharedMemoryWorks();
    const { memory, pages } = reserve(Math.max(1, Math.floor(limit / PAGE)), this.shared);
    this.memory = memory;
    this.#limit = pages * PAGE;
  }

  /** Bytes in use, bytes of the whole memory, and how often a new block was made because no free one fitted. */
  get size(): { readonly inUse: number; readonly total: number; readonly blocks: number } {
    return { inUse: this.#inUse, total: this.memory.buffer.byteLength, blocks: this.#blocks };
  }

  /** The most bytes that were in use at a time since this was last called. */
  takePeak(): number {
    const peak = this.#peak;
    this.#peak = this.#inUse;
    return peak;
  }

  /** Room for `length` values of four bytes; see `Backend.allocate`. */
  allocate(length: number, scoped = false): Region {
    const region = new Region(length, this.#take(roundUp(length * 4), length));
    if (!scoped) this.keep(region);
    return region;
  }

  /** From now on it comes back once it is garbage. */
  keep(region: Region): void {
    if (region.kept) return;
    region.kept = true;
    this.#keptBytes += region.block.bytes;
    this.#garbage.register(region, region.block, region);
  }

  release(region: Region): void {
    if (region.block.free) throw new Error(`wasm: a block of ${region.length} values is given back twice`);
    // Otherwise its registration stays until the event loop turns: kilobytes a step in a loop that awaits resolved promises only.
    if (region.kept) {
      this.#garbage.unregister(region);
      this.#keptBytes -= region.block.bytes;
    }
    this.#giveBack(region.block);
  }

  /** Runs `body` with a pointer to `bytes` bytes that are given back after it; with 0 if there are none. */
  borrow(bytes: number, body: (pointer: number) => void): void {
    if (bytes === 0) {
      body(0);
      return;
    }
    const block = this.#take(roundUp(bytes), Math.ceil(bytes / 4));
    try {
      body(block.pointer);
    } finally {
      this.#giveBack(block);
    }
  }

  /** Runs `body` with a region of so many values that is given back after it. */
  lend(length: number, body: (region: Region) => void): void {
    const region = this.allocate(length);
    try {
      body(region);
    } finally {
      this.release(region);
    }
  }

  floats(region: Region): Float32Array {
    if (region.view === undefined || (!this.shared && region.view.buffer !== this.memory.buffer)) {
      region.view = new Float32Array(this.memory.buffer, region.pointer, region.length);
      this.#owners.set(region.view, region);
    }
    return region.view;
  }

  /** A copy of its values, without a view that would have to be watched. */
  copy({ pointer, length }: Region): Float32Array {
    this.#look();
    return this.#values.slice(pointer / 4, pointer / 4 + length);
  }

  integers(region: Region): Int32Array {
    return new Int32Array(this.memory.buffer, region.pointer, region.length);
  }

  /** A region that holds these values. */
  upload(values: Float32Array, scoped?: boolean): Region {
    const region = this.allocate(values.length, scoped);
    this.#look();
    this.#values.set(values, region.pointer / 4);
    return region;
  }

  /** The same for integers. */
  uploadIntegers(values: Int32Array, scoped?: boolean): Region {
    const region = this.allocate(values.length, scoped);
    this.#look();
    this.#words.set(values, region.pointer / 4);
    return region;
  }

  /** Writes integers, or pointers, from a pointer on. */
  put(pointer: number, words: readonly number[]): void {
    this.#look();
    for (let i = 0; i < words.length; i++) this.#words[pointer / 4 + i] = words[i]!;
  }

  /** After memory has grown, views of all of it are made anew. */
  #look(): void {
    const { buffer } = this.memory;
    if (this.#words.buffer === buffer) return;
    this.#words = new Int32Array(buffer);
    this.#values = new Float32Array(buffer);
  }

  #take(bytes: number, length: number): Block {
    const pointer = (bytes < LARGE ? this.#small(bytes) : this.#large(bytes)) ?? this.#gather(bytes);
    if (pointer === undefined) throw this.#exhausted(length);
    this.#inUse += bytes;
    if (this.#inUse > this.#peak) this.#peak = this.#inUse;
    return { pointer, bytes, free: false };
  }

  #small(bytes: number): number | undefined {
    return this.#free.get(bytes)?.pop() ?? this.#carve(bytes);
  }

  #large(bytes: number): number | undefined {
    return this.#cut(bytes) ?? this.#extend(bytes);
  }

  #giveBack(block: Block): void {
    if (block.free) return;
    block.free = true;
    this.#inUse -= block.bytes;
    if (block.bytes >= LARGE) {
      this.#fill(block.pointer, block.bytes);
      return;
    }
    const free = this.#free.get(block.bytes);
    if (free === undefined) this.#free.set(block.bytes, [block.pointer]);
    else free.push(block.pointer);
  }

  /** A small block from the first slab that has room, or from a new one. */
  #carve(bytes: number): number | undefined {
    let slab = this.#slabs.find((slab) => slab.bytes >= bytes);
    if (slab === undefined) {
      const pointer = this.#cut(PIECE) ?? this.#extend(PIECE);
      if (pointer === undefined) return undefined;
      slab = { pointer, bytes: PIECE };
      this.#slabs.push(slab);
    }
    const { pointer } = slab;
    slab.pointer += bytes;
    slab.bytes -= bytes;
    if (slab.bytes === 0) this.#slabs.splice(this.#slabs.indexOf(slab), 1);
    return pointer;
  }

  /** A block cut from the first free range that is large enough. */
  #cut(bytes: number): number | undefined {
    const at = this.#freeList.findIndex((hole) => hole.bytes >= bytes);
    if (at < 0) return undefined;
    const { pointer, bytes: all } = this.#freeList[at]!;
    if (all === bytes) this.#freeList.splice(at, 1);
    else this.#freeList[at] = { pointer: pointer + bytes, bytes: all - bytes };
    return pointer;
  }

  /** Adds a free range and joins it with its neighbours; one at the end of all blocks is given up instead. */
  #fill(pointer: number, bytes: number): void {
    const found = this.#freeList.findIndex((hole) => hole.pointer > pointer);
    const at = found < 0 ? this.#freeList.length : found;
    const [before, after] = [this.#freeList[at - 1], this.#freeList[at]];
    const joinsBefore = before !== undefined && before.pointer + before.bytes === pointer;
    const joinsAfter = after !== undefined && pointer + bytes === after.pointer;
    const begin = joinsBefore ? before.pointer : pointer;
    const end = joinsAfter ? after.pointer + after.bytes : pointer + bytes;
    const hole = { pointer: begin, bytes: end - begin };
    this.#freeList.splice(at - Number(joinsBefore), Number(joinsBefore) + Number(joinsAfter), hole);
    if (end !== this.#top) return;
    this.#top = begin;
    this.#freeList.pop();
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
    if (end > this.#reached) this.#blocks++;
    this.#reached = Math.max(this.#reached, end);
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

  /** A block from free blocks of any size that lie side by side. */
  #gather(bytes: number): number | undefined {
    for (const { pointer, bytes } of this.#slabs.splice(0)) this.#fill(pointer, bytes);
    for (const [size, free] of this.#free) for (const pointer of free) this.#fill(pointer, size);
    this.#free.clear();
    return this.#cut(bytes) ?? this.#extend(bytes);
  }

  #exhausted(length: number): RangeError {
    const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    const refused = this.#top + roundUp(length * 4) <= this.#limit;
    const all = refused ? this.memory.buffer.byteLength : this.#limit;
    const piece = Math.max(all - this.#top, ...this.#freeList.map((hole) => hole.bytes)); // all that is free was gathered just now
    const most = refused ? ", more than which the platform does not give," : "";
    return new RangeError(
      `wasm: no room for ${length} values (${mib(length * 4)}): of ${mib(all)}${most} ` +
        `${mib(this.#inUse)} are in use and ${mib(all - this.#inUse)} are left, ${mib(piece)} in one piece: ` +
        "run each step inside scope(() => …), or make the batch or the model smaller" +
        (this.#keptBytes > this.#inUse / 2 ? OUTSIDE : ""),
    );
  }
}

/** What helps where most is of tensors that no scope gives back. */
const OUTSIDE =
  "; most was made outside of scopes, as batches are in a loop of one's own, and comes back when it is garbage and the event loop turns: " +
  "await new Promise(setImmediate) after some steps";

/** A memory that may grow to so many pages, or to as large a part of them as the platform has addresses for. */
function reserve(pages: number, shared: boolean): { memory: WebAssembly.Memory; pages: number } {
  try {
    const memory = new WebAssembly.Memory({ initial: Math.min(16, pages), maximum: pages, shared });
    return { memory, pages };
  } catch (error) {
    if (pages <= 16 || !(error instanceof RangeError)) throw error;
    return reserve(Math.floor(pages / 2), shared);
  }
}

/** Eight sizes an octave, whole cache lines each. */
function roundUp(bytes: number): number {
  if (bytes <= 16 * LINE) return Math.max(LINE, wholeLines(bytes)); // an eighth of an octave is no more than a line
  const octave = bytes < 2 ** 31 ? 1 << (31 - Math.clz32(bytes)) : 2 ** Math.floor(Math.log2(bytes));
  const step = octave / 8;
  return Math.ceil(bytes / step) * step;
}

/** So many bytes, to the end of the last cache line: in numbers, since 32 bits would wrap. */
export function wholeLines(bytes: number): number {
  return Math.ceil(bytes / LINE) * LINE;
}

/** Browsers share memory with pages that are isolated from other origins only. */
function sharedMemoryWorks(): boolean {
  return typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false;
}
