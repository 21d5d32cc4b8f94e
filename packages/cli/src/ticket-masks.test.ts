import { expect, test } from "vitest";
import { picturesOf } from "./ticket-masks.ts";

/** Fields that hold a weight, as `row,column: digit`. */
function fieldsOf({ cells, columns }: { readonly cells: string; readonly columns: number }): string[] {
  return [...cells].flatMap((digit, i) =>
    digit === "0" ? [] : [`${Math.floor(i / columns)},${i % columns}: ${digit}`],
  );
}

function picturesAt(tensor: string, shape: readonly number[], positions: readonly number[]) {
  return picturesOf({ mask: new Map([[tensor, Int32Array.from(positions)]]), shapes: new Map([[tensor, shape]]) });
}

test("a small matrix has a field a weight; vectors are not drawn", () => {
  const [picture] = picturesAt("fc.weight", [2, 3], [1, 5]);
  expect(picture).toMatchObject({ axes: ["2", "3"], rows: 2, columns: 3, densest: 1 });
  expect(fieldsOf(picture!)).toEqual(["0,1: 8", "1,2: 8"]);
  expect(picturesAt("fc.bias", [3], [0])).toEqual([]);
});

test("a large one has fields of many weights, each by its density against the densest", () => {
  const whole = [0, 1, 192, 193]; // the first 2 × 2 of 96 × 192: all of field 0,0
  const quarter = [2 * 192 + 2]; // one of the four of field 1,1
  const [picture] = picturesAt("fc.weight", [96, 192], [...whole, ...quarter]);
  expect([picture!.rows, picture!.columns, picture!.densest]).toEqual([48, 96, 1]);
  expect(fieldsOf(picture!)).toEqual(["0,0: 8", "1,1: 2"]);
});

test("the first layer of MNIST is drawn as the image too: how many of the units read a pixel", () => {
  const at = (unit: number, y: number, x: number) => 784 * unit + 28 * y + x;
  const [image, whole] = picturesAt("fc1.weight", [4, 784], [at(0, 3, 5), at(2, 3, 5), at(1, 27, 0)]);
  expect(image).toMatchObject({ tensor: "fc1.weight: weights of each pixel", rows: 28, columns: 28, densest: 0.5 });
  expect(fieldsOf(image!)).toEqual(["3,5: 8", "27,0: 4"]);
  expect(whole!.axes).toEqual(["4", "784"]);
});
