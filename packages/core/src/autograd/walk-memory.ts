import type { Storage } from "../kernels/kernels.ts";
import { collect, giveBack, handOn, type Owned, type Scope, type Scoped } from "../tensor/scope.ts";

/**
 * The memory of one walk of `gradients`: what rules that keep nothing have made is given back as soon as no gradient
 * that is still needed lies in it. Gradients may share storage, as `add` hands on what it gets, so needs are counted by
 * storage. What a rule of somebody else's is given or makes is never touched, and all that is left at the end belongs
 * to the open scope.
 */
export class WalkMemory {
  readonly #lots = new Map<Storage, Lot>();
  /** Those that may be needed no more. */
  readonly #idle: Lot[] = [];

  /** From now on the gradient is needed. */
  need({ filled }: Scoped): void {
    if (filled !== undefined) this.#lotOf(filled).needs++;
  }

  /** The gradient, which was needed, is needed no more. */
  done({ filled }: Scoped): void {
    if (filled === undefined) return;
    const lot = this.#lotOf(filled);
    if (--lot.needs === 0) this.#idle.push(lot);
  }

  /** The gradient may be kept by somebody. */
  leave({ filled }: Scoped): void {
    const lot = filled && this.#lots.get(filled);
    if (lot?.owned !== undefined) handOnLot(lot, lot.owned);
  }

  /** Runs a rule that keeps nothing, on `dy`; what it has made is then this walk's. */
  run<T>(rule: (argument: T) => void, argument: T, dy: Scoped | undefined): void {
    const made = collect(rule, argument);
    if (made.tensors.some(isLazy)) {
      // a gradient that is filled lazily is so from what its rule has made, or from dy
      if (dy !== undefined) this.leave(dy);
      handOn(made);
    } else this.#take(made);
  }

  #take({ tensors, storage, indices }: Scope): void {
    for (const owned of storage) {
      const lot = this.#lotOf(owned.values);
      lot.owned = owned;
      if (lot.needs === 0) this.#idle.push(lot);
    }
    for (const tensor of tensors) {
      const lot = this.#lots.get(tensor.filled!);
      if (lot?.owned !== undefined) lot.tensors.push(tensor);
      else handOn({ tensors: [tensor], storage: [], indices: [] }); // lies in what is not the walk's
    }
    for (const { owner, values } of indices) owner.releaseIndices(values);
  }

  #lotOf(values: Storage): Lot {
    const found = this.#lots.get(values);
    if (found !== undefined) return found;
    const lot: Lot = { needs: 0, owned: undefined, tensors: [] };
    this.#lots.set(values, lot);
    return lot;
  }

  /** Gives back what is needed no more. */
  sweep(): void {
    for (let lot = this.#idle.pop(); lot !== undefined; lot = this.#idle.pop()) {
      const { owned } = lot;
      if (owned === undefined || lot.needs > 0) continue;
      lot.owned = undefined;
      this.#lots.delete(owned.values);
      for (const tensor of lot.tensors) tensor.forget();
      giveBack(owned);
    }
  }

  /** What is left belongs to the scope that is open. */
  end(): void {
    for (const lot of this.#lots.values()) if (lot.owned !== undefined) handOnLot(lot, lot.owned);
  }
}

/** Storage, and what the walk knows of it. */
interface Lot {
  /** How many gradients lie in it that are still needed. */
  needs: number;
  /** It was made by a rule, and is the walk's to give back. */
  owned: Owned | undefined;
  /** All tensors that lie in it, if it is the walk's. */
  tensors: Scoped[];
}

/** It is the walk's no more. */
function handOnLot(lot: Lot, owned: Owned): void {
  handOn({ tensors: lot.tensors, storage: [owned], indices: [] });
  lot.owned = undefined;
  lot.tensors = [];
}

function isLazy({ filled }: Scoped): boolean {
  return filled === undefined;
}
