// The part of WebGPU that is used here; the DOM's types do not have it.
export interface GpuBuffer {
  readonly size: number;
  destroy(): void;
}
interface BufferMaker {
  createBuffer(descriptor: { size: number; usage: number }): GpuBuffer;
}

/** STORAGE | COPY_SRC | COPY_DST */
const USAGE = 0x8c;
const SMALLEST = 256;

/**
 * Buffers that were given back, for those who come next: a training step that has run once makes no new ones, and no device need fill them with zeros. A buffer is at most an
 * eighth larger than asked for. Free buffers are at most as many bytes as were ever in use; beyond that, those go whose size nobody has wanted for longest.
 */
export class BufferPool {
  readonly #device: BufferMaker;
  readonly #largest: number;
  /** By size; sizes wanted last come last. */
  readonly #free = new Map<number, GpuBuffer[]>();
  #used = 0;
  #most = 0;
  #idle = 0;

  /** @param largest - Bytes that a buffer can have. */
  constructor(device: BufferMaker, { largest }: { readonly largest: number }) {
    this.#device = device;
    this.#largest = largest;
  }

  /** A buffer of so many bytes or some more. What is in it is anything. */
  take(bytes: number): GpuBuffer {
    const size = Math.max(bytes, Math.min(roundUp(bytes), this.#largest));
    const found = this.#ofSize(size).pop();
    if (found !== undefined) this.#idle -= size;
    const buffer = found ?? this.#device.createBuffer({ size, usage: USAGE });
    this.#used += size;
    this.#most = Math.max(this.#most, this.#used);
    return buffer;
  }

  /** Of the pool; what was issued before may still read it. */
  give(buffer: GpuBuffer): void {
    const { size } = buffer;
    this.#ofSize(size).push(buffer);
    this.#used -= size;
    this.#idle += size;
    for (const [other, buffers] of this.#free) {
      while (this.#idle > this.#most && buffers.length > 0) {
        buffers.pop()!.destroy();
        this.#idle -= other;
      }
      if (this.#idle <= this.#most) return;
      this.#free.delete(other);
    }
  }

  #ofSize(size: number): GpuBuffer[] {
    const buffers = this.#free.get(size) ?? [];
    this.#free.delete(size);
    this.#free.set(size, buffers);
    return buffers;
  }
}

/** The next of eight sizes between two powers of two. */
function roundUp(bytes: number): number {
  if (bytes <= SMALLEST) return SMALLEST;
  const step = 2 ** (Math.floor(Math.log2(bytes)) - 3);
  return Math.ceil(bytes / step) * step;
}
