import { integer, type Kernel } from "./kernel.ts";

/** A kernel with its scalars, and the sizes of its output, innermost axis first. */
interface Launch {
  readonly kernel: Kernel;
  readonly scalars: readonly number[];
  readonly output: readonly number[];
}

/** The kernels that were launched along x alone, as they are then. */
const forms = new WeakMap<Kernel, Kernel>();

/**
 * The same launch along x alone, which has no limit: for outputs longer on one of several axes than a device can count.
 * Kernels have a form of their own for it, since its threads divide to find where they are.
 */
export function alongX({ kernel, scalars, output: [x = 1, y = 1, z = 1] }: Launch): Launch {
  let form = forms.get(kernel);
  if (form === undefined) forms.set(kernel, (form = dividing(kernel)));
  return { kernel: form, scalars: [x, y, ...scalars], output: [x * y * z] };
}

function dividing(kernel: Kernel): Kernel {
  return {
    ...kernel,
    integers: ["sizeX", "sizeY", ...kernel.integers],
    body: `
    ${integer("threadRow", "quotient(this.thread.x, sizeX)")}
    ${integer("threadZ", "quotient(threadRow, sizeY)")}
    ${integer("threadX", "this.thread.x - threadRow * sizeX")}
    ${integer("threadY", "threadRow - threadZ * sizeY")}
    ${kernel.body.replaceAll(/this\.thread\.([xyz])/g, (_, axis: string) => `thread${axis.toUpperCase()}`)}`,
  };
}
