import type { Storage } from "../kernels/kernels.ts";
import { collect, giveBack, handOn, type Owned, type Scope, type Scoped } from "../tensor/scope.ts";

/**
 * The memory of one walk of `gradients`: what rules that keep nothing have made is given back as soon as no gradient
 * that is still needed lies in it. Gradients may share storage, as `add` hands on what it gets, so needs are counted by
 * storage. What a rule of somebody else's is given or makes is never touched, and all that is left at the end belongs
 * to the open scope.
 */
export class WalkMemory {
  /** Storage made by rules, and all tensors that lie in it. */
  readonly #made = new Map<Storage, { readonly owned: Owned; readonly tensors: Scoped[] }>();
  /** How many gradients lie in it that are still needed. */
  readonly #needs = new Map<Storage, number>();
  /** Storage that may be needed no more. */
  #idle: Storage[] = [];

  /** From now on the gradient is needed. */
  need({ filled }: Scoped): void {
    if (filled !== undefined) this.#needs.set(filled, (this.#needs.get(filled) ?? 0) + 1);
  }

  /** The gradient, which was needed, is needed no more. */
  done({ filled }: Scoped): void {
    if (filled === undefined) return;
    const left = (this.#needs.get(filled) ?? 1) - 1;
    if (left > 0) this.#needs.set(filled, left);
    else this.#needs.delete(filled);
    this.#idle.push(filled);
  }

  /** The gradient may be kept by somebody. */
  leave({ filled }: Scoped): void {
    const found = filled && this.#made.get(filled);
    if (found === undefined) return;
    this.#made.delete(found.owned.values);
    handOn({ tensors: found.tensors, storage: [found.owned], indices: [] });
  }

  /** Runs a rule that keeps nothing, on `dy`; what it has made is then this walk's. */
  run<T>(rule: (argument: T) => void, argument: T, dy: Scoped | undefined): void {
    const made = collect(rule, argument);
    if (made.tensors.some(({ filled }) => filled === undefined)) {
      // a gradient that is filled lazily is so from what its rule has made, or from dy
      if (dy !== undefined) this.leave(dy);
      handOn(made);
    } else this.#take(made);
  }

  #take({ tensors, storage, indices }: Scope): void {
    for (const owned of storage) {
      this.#made.set(owned.values, { owned, tensors: [] });
      this.#idle.push(owned.values);
    }
    for (const tensor of tensors) {
      const found = this.#made.get(tensor.filled!);
      if (found !== undefined) found.tensors.push(tensor);
      else handOn({ tensors: [tensor], storage: [], indices: [] }); // lies in what is not the walk's
    }
    for (const { owner, values } of indices) owner.releaseIndices(values);
  }

  /** Gives back what is needed no more. */
  sweep(): void {
    for (const values of this.#idle) {
      const found = this.#made.get(values);
      if (found === undefined || this.#needs.has(values)) continue;
      this.#made.delete(values);
      for (const tensor of found.tensors) tensor.forget();
      giveBack(found.owned);
    }
    this.#idle = [];
  }

  /** What is left belongs to the scope that is open. */
  end(): void {
    for (const { owned, tensors } of this.#made.values()) handOn({ tensors, storage: [owned], indices: [] });
  }
}
