import type { WinogradSize } from "../../../kernels/kernels.ts";
import type { Context, WasmKernels } from "./context.ts";

/** Sums of images, b ≡ k (mod 4), of the kernel's gradient. */
const LANES = 4;
/** The places of a transformed tile. */
const PLACES = 16;

/** Convolutions in transformed tiles. Threads split images; of the kernel's gradient, the four sums. */
export function winograd({ exports, memory, parallelFor }: Context): WasmKernels<"winograd" | "winogradKernel"> {
  return {
    winograd: (x, kernel, y, size) => {
      const { batch, channels, filters, rows, columns } = size;
      const scratch = (images: number) => exports.winogradScratch(images, channels, filters, rows, columns);
      parallelFor("winograd", { n: batch, work: workOf(size), scratch }, (begin, end, at) => {
        const [from, to] = [x.pointer + (x.length / batch) * begin * 4, y.pointer + (y.length / batch) * begin * 4];
        return [from, kernel.pointer, to, end - begin, ...sizesOf(size), at];
      });
    },
    winogradKernel: (x, dy, dkernel, size) => {
      const { batch, channels, filters, rows, columns } = size;
      const lanes = Math.min(LANES, batch);
      const step = filters * channels * 4;
      memory.borrow(lanes * PLACES * step, (sums) => {
        const scratch = exports.winogradKernelScratch(batch, channels, filters, rows, columns);
        parallelFor("winogradKernel", { n: lanes, work: workOf(size), scratch }, (begin, end, at) => {
          return [x.pointer, dy.pointer, sums, batch, ...sizesOf(size), begin, end, at];
        });
        const [n, work] = [filters, filters * channels * 64];
        parallelFor("winogradKernelSum", { n, work, scratch: 64 }, (begin, end, at) => {
          const [from, to] = [sums + begin * channels * 4, dkernel.pointer + begin * channels * 36];
          return [from, to, lanes, (end - begin) * channels, step, at];
        });
      });
    },
  };
}

const workOf = ({ batch, channels, filters, rows, columns }: WinogradSize): number =>
  batch * channels * filters * Math.ceil(rows / 2) * Math.ceil(columns / 2) * PLACES;

function sizesOf(size: WinogradSize) {
  const { channels, height, width, filters, rows, columns, paddingY, paddingX } = size;
  return [channels, height, width, filters, rows, columns, paddingY, paddingX] as const;
}
