import type { Kernels } from "@ltt/core";
import { integer, kernel, remainder } from "../kernel.ts";
import { collapse, coordinates, gridOf, scalarsOf } from "../walk.ts";
import type { Issue, Values } from "./issue.ts";
import { inVariants, neighbours } from "./neighbours.ts";

/** A kernel for every number of axes, made when it is first asked for. */
function byAxes<K>(make: (axes: number) => K): (axes: number) => K {
  const made = new Map<number, K>();
  return (axes) => {
    let one = made.get(axes);
    if (one === undefined) made.set(axes, (one = make(axes)));
    return one;
  };
}

/** Where a thread copies four neighbours, they are a group of four in `a` too. */
const reader = byAxes((rank) =>
  inVariants((variant) => {
    const axes = coordinates(rank);
    const { settings, read, result } = neighbours(variant);
    return kernel({
      name: "stridedCopy",
      arrays: ["a"],
      integers: ["offset", ...axes.sizes, ...axes.strides("p")],
      ...settings,
      body: `${read("v", "a", `offset + ${axes.index("p")}`)}\nreturn ${result((i) => `v${i}`)};`,
    });
  }),
);

/**
 * What the walk puts at a place x is found from x's coordinates in the array that the walk runs in, whose strides divide one another: along
 * axis k that is ⌊x / pₖ⌋ − ⌊x / pₖ₋₁⌋ · pₖ₋₁ / pₖ, largest stride first.
 */
const placer = byAxes((axes) => {
  const names = (letter: string) => Array.from({ length: axes }, (_, axis) => `${letter}${axis}`);
  const along = names("p").map((stride, axis) => {
    const whole = `quotient(this.thread.x, ${stride})`;
    return `${whole} - ${axis === 0 ? "" : `quotient(this.thread.x, p${axis - 1}) * ratio${axis} - `}begin${axis}`;
  });
  return kernel({
    name: "stridedScatter",
    arrays: ["a"],
    integers: ["rest", ...["begin", "ratio", "n", "p", "q"].flatMap(names)],
    body: [
      ...along.map((at, axis) => `if (${at} < 0) { return 0; }\nif (${at} >= n${axis}) { return 0; }`),
      `if (${remainder("this.thread.x", `p${axes - 1}`)} !== rest) { return 0; }`,
      `return a[${along.map((at, axis) => `(${at}) * q${axis}`).join(" + ")}];`,
    ].join("\n"),
  });
});

/** At most so many parts at once: with the output that is fewer storage buffers than WebGPU grants every device. */
const TOGETHER = 6;

const joiner = byAxes((parts) => {
  const names = (letter: string) => Array.from({ length: parts }, (_, part) => `${letter}${part}`);
  return kernel({
    name: "concat",
    arrays: names("a"),
    integers: [...names("n"), ...names("end")],
    body: names("a")
      .map((part, i) => {
        const at = `${part}[this.thread.y * n${i} + this.thread.x${i === 0 ? "" : ` - end${i - 1}`}]`;
        return i === parts - 1 ? `return ${at};` : `if (this.thread.x < end${i}) { return ${at}; }`;
      })
      .join("\n"),
  });
});

/** out[o, offsetₚ + j] = partsₚ[o,j], of rows of those lengths. More parts than fit in one launch are joined in groups first. */
export function join(
  issue: Issue,
  parts: readonly { readonly values: Values; readonly length: number }[],
  out: Values,
  outer: number,
): void {
  if (parts.length <= TOGETHER) {
    const arrays: Record<string, Values> = {};
    const scalars: Record<string, number> = {};
    let end = 0;
    parts.forEach(({ values, length }, i) => {
      end += length;
      arrays[`a${i}`] = values;
      scalars[`n${i}`] = length;
      scalars[`end${i}`] = end;
    });
    issue.launch(joiner(parts.length), arrays, scalars, out, [end, outer]);
    return;
  }
  const groups = Array.from({ length: Math.ceil(parts.length / TOGETHER) }, (_, i) => {
    const group = parts.slice(i * TOGETHER, (i + 1) * TOGETHER);
    if (group.length === 1) return { ...group[0]!, made: false };
    const length = group.reduce((sum, part) => sum + part.length, 0);
    const values = issue.allocate(outer * length);
    join(issue, group, values, outer);
    return { values, length, made: true };
  });
  join(issue, groups, out, outer);
  for (const { values, made } of groups) if (made) issue.release(values);
}

const IMAGE = ["channels", "height", "width"] as const;
const WINDOW = ["kernelHeight", "kernelWidth", "strideY", "strideX", "paddingY", "paddingX"] as const;

const unfold = kernel({
  name: "unfold",
  arrays: ["x"],
  integers: [...IMAGE, ...WINDOW, "columns"],
  body: `
    ${integer("c", "quotient(this.thread.x, kernelHeight * kernelWidth)")}
    ${integer("tap", "this.thread.x - c * kernelHeight * kernelWidth")}
    ${integer("u", "quotient(tap, kernelWidth)")}
    ${integer("i", "quotient(this.thread.y, columns)")}
    ${integer("p", "i * strideY + u - paddingY")}
    ${integer("q", "(this.thread.y - i * columns) * strideX + tap - u * kernelWidth - paddingX")}
    if (p < 0) { return 0; }
    if (p >= height) { return 0; }
    if (q < 0) { return 0; }
    if (q >= width) { return 0; }
    return x[((this.thread.z * channels + c) * height + p) * width + q];`,
});

/** A thread adds what was copied from its pixel: by the last row of a window first, since that window is the first one. */
const fold = kernel({
  name: "fold",
  arrays: ["windows"],
  integers: ["channels", ...WINDOW, "rows", "columns"],
  body: `
    ${integer("b", "quotient(this.thread.z, channels)")}
    ${integer("c", "this.thread.z - b * channels")}
    let sum = 0;
    for (let s = 0; s < kernelHeight; s++) {
      ${integer("y", "this.thread.y + paddingY - (kernelHeight - 1 - s)")}
      if (y >= 0) {
        ${integer("i", "quotient(y, strideY)")}
        if (i * strideY === y && i < rows) {
          for (let t = 0; t < kernelWidth; t++) {
            ${integer("x", "this.thread.x + paddingX - (kernelWidth - 1 - t)")}
            if (x >= 0) {
              ${integer("j", "quotient(x, strideX)")}
              if (j * strideX === x && j < columns) {
                sum += windows[((((b * rows + i) * columns + j) * channels + c) * kernelHeight + kernelHeight - 1 - s) * kernelWidth + kernelWidth - 1 - t];
              }
            }
          }
        }
      }
    }
    return sum;`,
});

export function movement(issue: Issue): Pick<Kernels, "stridedCopy" | "stridedScatter" | "concat" | "unfold" | "fold"> {
  return {
    unfold: (x, windows, size) => {
      const taps = size.channels * size.kernelHeight * size.kernelWidth;
      issue.launch(unfold, { x }, size, windows, [taps, size.rows * size.columns, size.batch]);
    },
    fold: (windows, x, size) =>
      issue.launch(fold, { windows }, size, x, [size.width, size.height, size.batch * size.channels]),
    stridedCopy: (a, out, walk) => {
      const { shape, strides } = collapse(walk.shape, [walk.strides]);
      const [outer, step, length] = [strides[0]!.slice(0, -1), strides[0]!.at(-1)!, shape.at(-1)!];
      const variants = reader(shape.length);
      const grouped = step === 1 && [walk.offset, ...outer].every((stride) => stride % 4 === 0);
      const { kernel, groups } = grouped
        ? issue.variant(variants, length, true)
        : { kernel: variants.one, groups: length };
      const together = length / groups;
      const p = [...outer.map((stride) => stride / together), step];
      const scalars = { ...scalarsOf(coordinates(shape.length), shape, { p }), offset: walk.offset / together };
      issue.launch(kernel, { a }, scalars, out, gridOf([...shape.slice(0, -1), groups]));
    },
    stridedScatter: (a, out, walk) => {
      const lying: number[] = []; // the strides with which `a` itself lies there
      for (let axis = walk.shape.length - 1, stride = 1; axis >= 0; axis--) {
        lying[axis] = stride;
        stride *= walk.shape[axis]!;
      }
      const { shape, strides } = collapse(walk.shape, [walk.strides, lying]);
      const order = shape.map((_, axis) => axis).sort((one, other) => strides[0]![other]! - strides[0]![one]!);
      const scalars: Record<string, number> = {};
      let rest = walk.offset;
      order.forEach((axis, i) => {
        const stride = Math.max(1, strides[0]![axis]!);
        const ratio = i === 0 ? 1 : scalars[`p${i - 1}`]! / stride;
        if (!Number.isInteger(ratio)) {
          throw new Error(`stridedScatter: a view of strides ${walk.strides} does not run inside a row-major array`);
        }
        scalars[`begin${i}`] = Math.floor(rest / stride);
        rest %= stride;
        Object.assign(scalars, { [`ratio${i}`]: ratio, [`n${i}`]: shape[axis], [`p${i}`]: stride });
        scalars[`q${i}`] = strides[1]![axis]!;
      });
      scalars.rest = rest;
      issue.launch(placer(order.length), { a }, scalars, out, [out.length]);
    },
    concat: (parts, out, { outer, axes, inner }) => {
      const rows = parts.map((values, i) => ({ values, length: axes[i]! * inner })).filter(({ length }) => length > 0);
      if (rows.length > 0) join(issue, rows, out, outer);
    },
  };
}
