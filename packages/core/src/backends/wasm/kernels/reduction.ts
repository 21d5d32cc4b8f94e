import type { Region } from "../memory.ts";
import type { Context, WasmKernels } from "./context.ts";

/** Terms that eight lanes add in one chain each, see `Kernels.sum`. The compiled kernels have the same number. */
const BLOCK = 8 * 1024;
/** Columns that threads do not share: a cache line. */
const LINE = 16;
/** Multiplications that take as long as an exponential, or a logarithm. */
const EXPONENTIAL = 10;

/** Kernels that reduce an axis. Threads split the axes after it, else those before it, else the blocks of one long sum. */
export function reduction({
  exports,
  memory,
  parallelFor,
  threads,
}: Context): WasmKernels<"sum" | "cumsum" | "max" | "crossEntropy" | "crossEntropyGradient"> {
  /** One sum of `axis` terms: blocks, then these in halves, as one thread adds them. */
  const sumOfBlocks = (x: Region, out: Region, axis: number, work: number): void => {
    const blocks = Math.ceil(axis / BLOCK);
    memory.borrow(blocks * 4, (sums) => {
      parallelFor("blockSums", { n: blocks, work }, (begin, end) => [x.pointer, sums, axis, begin, end]);
      exports.joinBlocks(sums, blocks, out.pointer);
    });
  };

  return {
    sum: (x, out, { outer, axis, inner }) => {
      const work = (outer * axis * inner) / 4;
      if (outer * inner === 1 && axis > BLOCK) return sumOfBlocks(x, out, axis, work);
      if (inner < LINE * threads && outer > 1) {
        const scratch = exports.sumScratch(axis, inner);
        parallelFor("sum", { n: outer, work, scratch }, (begin, end, at) => {
          const [from, to] = [x.pointer + begin * axis * inner * 4, out.pointer + begin * inner * 4];
          return [from, to, end - begin, axis, inner, inner * 4, at];
        });
        return;
      }
      const scratch = (some: number) => exports.sumScratch(axis, some);
      parallelFor("sum", { n: inner, work, grain: LINE, scratch }, (begin, end, at) => {
        const [from, to] = [x.pointer + begin * 4, out.pointer + begin * 4];
        return [from, to, outer, axis, end - begin, inner * 4, at];
      });
    },
    cumsum: (x, out, { outer, axis, inner, reverse }) =>
      parallelFor("cumsum", { n: outer, work: out.length }, (begin, end) => {
        const at = begin * axis * inner * 4;
        return [x.pointer + at, out.pointer + at, end - begin, axis, inner, Number(reverse)];
      }),
    max: (x, lengths, out, argmax, { outer, axis, inner }) => {
      const work = outer * axis * inner;
      const ends = (begin: number) => (lengths === undefined ? 0 : lengths.pointer + begin * 4);
      const row = inner * 4;
      if (inner < LINE * threads || outer >= threads) {
        parallelFor("max", { n: outer, work }, (begin, end) => {
          const to = begin * row;
          const results = [out.pointer + to, argmax.pointer + to] as const;
          return [x.pointer + to * axis, ends(begin), ...results, end - begin, axis, inner, row];
        });
        return;
      }
      parallelFor("max", { n: inner, work, grain: LINE }, (begin, end) => {
        const results = [out.pointer + begin * 4, argmax.pointer + begin * 4] as const;
        return [x.pointer + begin * 4, ends(0), ...results, outer, axis, end - begin, row];
      });
    },

    crossEntropy: (logits, targets, exponentials, sums, loss, { batch, classes }) =>
      memory.borrow(batch * 4, (terms) => {
        parallelFor("crossEntropyTerms", { n: batch, work: batch * classes * EXPONENTIAL }, (begin, end) => {
          const [row, at] = [begin * classes * 4, begin * 4];
          const results = [exponentials.pointer + row, sums.pointer + at, terms + at] as const;
          return [logits.pointer + row, targets.pointer + at, ...results, end - begin, classes];
        });
        exports.crossEntropyLoss(terms, loss.pointer, batch);
      }),
    crossEntropyGradient: (dloss, exponentials, sums, targets, dlogits, { batch, classes }) =>
      parallelFor("crossEntropyGradient", { n: batch, work: batch * classes }, (begin, end) => {
        const [row, at] = [begin * classes * 4, begin * 4];
        const saved = [exponentials.pointer + row, sums.pointer + at, targets.pointer + at] as const;
        return [dloss.pointer, ...saved, dlogits.pointer + row, end - begin, classes, batch];
      }),
  };
}
