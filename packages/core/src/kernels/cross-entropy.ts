import type { Indices, Storage } from "./storage.ts";

/** `logits[batch,classes]`, and one target for each row. */
export interface ClassesSize {
  readonly batch: number;
  readonly classes: number;
}

/** A loss in one kernel. Optional: without it the loss is computed as several operations. */
export interface CrossEntropyKernels {
  /**
   * With z[b,c] = x[b,c] − max x[b,:] (NaN is larger than all): exponentials = e^z, flushed; sums[b] = Σ_c e^z[b,c];
   * loss = −(Σ_b (z[b,targets[b]] − ln sums[b]) · (1/batch)), both in the order of `sum`
   */
  crossEntropy?(
    logits: Storage,
    targets: Indices,
    exponentials: Storage,
    sums: Storage,
    loss: Storage,
    size: ClassesSize,
  ): void;
  /**
   * dlogits[b,c] = (−g / sums[b]) · exponentials[b,c], and g added to it where c is targets[b]; g = −dloss · (1/batch)
   */
  crossEntropyGradient?(
    dloss: Storage,
    exponentials: Storage,
    sums: Storage,
    targets: Indices,
    dlogits: Storage,
    size: ClassesSize,
  ): void;
}
