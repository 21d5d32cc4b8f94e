import type { Context, WasmKernels } from "./context.ts";

/** Kernels that reduce an axis. Threads split what lies behind it. */
export function reduction({
  exports,
  memory,
  parallelFor,
}: Context): WasmKernels<"sum" | "cumsum" | "max" | "crossEntropy" | "crossEntropyGradient"> {
  return {
    sum: (x, out, { outer, axis, inner }) => {
      const scratch = exports.sumScratch(axis, inner);
      const work = (outer * axis * inner) / 4;
      parallelFor("sum", { n: inner, work, grain: 16, scratch }, (begin, end, at) => {
        const [from, to] = [x.pointer + begin * 4, out.pointer + begin * 4];
        return [from, to, outer, axis, end - begin, inner * 4, at];
      });
    },
    cumsum: (x, out, { outer, axis, inner, reverse }) =>
      exports.cumsum(x.pointer, out.pointer, outer, axis, inner, Number(reverse)),
    max: (x, lengths, out, argmax, { outer, axis, inner }) =>
      exports.max(x.pointer, lengths?.pointer ?? 0, out.pointer, argmax.pointer, outer, axis, inner),

    crossEntropy: (logits, targets, exponentials, sums, loss, { batch, classes }) =>
      memory.borrow(batch * 4, (scratch) =>
        exports.crossEntropy(
          logits.pointer,
          targets.pointer,
          exponentials.pointer,
          sums.pointer,
          loss.pointer,
          batch,
          classes,
          scratch,
        ),
      ),
    crossEntropyGradient: (dloss, exponentials, sums, targets, dlogits, { batch, classes }) =>
      exports.crossEntropyGradient(
        dloss.pointer,
        exponentials.pointer,
        sums.pointer,
        targets.pointer,
        dlogits.pointer,
        batch,
        classes,
      ),
  };
}
