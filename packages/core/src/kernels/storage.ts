/** float32 values in a backend's own memory: an array on a CPU, a handle on a GPU. Only its backend looks inside. */
export interface Storage {
  readonly length: number;
}

/** int32 values in a backend's own memory: ids, lengths, argmax. */
export interface Indices {
  readonly length: number;
}
