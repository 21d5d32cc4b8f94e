import type { Kernels } from "@ltt/core";
import { checkIndexable } from "../indices.ts";
import { integer, kernel } from "../kernel.ts";
import type { Issue } from "./issue.ts";

const WINDOW = ["kernelHeight", "kernelWidth", "strideY", "strideX", "paddingY", "paddingX"] as const;

/** NaN is larger than everything, and the first of it wins. */
const maxPool2d = kernel({
  name: "maxPool2d",
  arrays: ["x"],
  integers: ["height", "width", ...WINDOW],
  body: `
    ${integer("top", "this.thread.y * strideY - paddingY")}
    ${integer("left", "this.thread.x * strideX - paddingX")}
    let best = 0;
    let winner = -1;
    for (let u = 0; u < kernelHeight; u++) {
      if (top + u >= 0 && top + u < height) {
        for (let v = 0; v < kernelWidth; v++) {
          if (left + v >= 0 && left + v < width) {
            ${integer("at", "(top + u) * width + left + v")}
            const value = x[this.thread.z * height * width + at];
            if (winner < 0) { best = value; winner = at; }
            if (isNotANumber(best) === 0) {
              if (value > best) { best = value; winner = at; }
              if (isNotANumber(value) === 1) { best = value; winner = at; }
            }
          }
        }
      }
    }
    return winner;`,
});

const gatherMaxima = kernel({
  name: "gatherMaxima",
  arrays: ["x", "argmax"],
  integers: ["pixels", "windows"],
  body: `
    const winner = argmax[this.thread.y * windows + this.thread.x];
    return x[this.thread.y * pixels + whole(winner)];`,
});

/** A thread adds what the windows around its pixel send there: by the last row of a window first, since that window is the first one. */
const maxPool2dGradient = kernel({
  name: "maxPool2dGradient",
  arrays: ["dy", "argmax"],
  integers: ["width", ...WINDOW, "rows", "columns"],
  body: `
    ${integer("here", "this.thread.y * width + this.thread.x")}
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
                const winner = argmax[(this.thread.z * rows + i) * columns + j];
                if (whole(winner) === here) { sum += dy[(this.thread.z * rows + i) * columns + j]; }
              }
            }
          }
        }
      }
    }
    return sum;`,
});

export function pooling(issue: Issue): Pick<Kernels, "maxPool2d" | "maxPool2dGradient" | "gatherMaxima"> {
  const gather: Kernels["gatherMaxima"] = (x, argmax, y, { images, height, width, rows, columns }) => {
    const [pixels, windows] = [height * width, rows * columns];
    issue.launch(gatherMaxima, { x, argmax }, { pixels, windows }, y, [windows, images]);
  };
  return {
    maxPool2d: (x, y, argmax, size) => {
      const { height, width } = size;
      checkIndexable("maxPool2d", `images of ${height} × ${width} pixels`, height * width, "use smaller images");
      issue.launch(maxPool2d, { x }, size, argmax, [size.columns, size.rows, size.images]);
      gather(x, argmax, y, size);
    },
    maxPool2dGradient: (dy, argmax, dx, size) =>
      issue.launch(maxPool2dGradient, { dy, argmax }, size, dx, [size.width, size.height, size.images]),
    gatherMaxima: gather,
  };
}
