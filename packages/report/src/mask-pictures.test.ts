import { expect, test } from "vitest";
import { en } from "./labels-en.ts";
import { type MaskPicture, maskPictures } from "./mask-pictures.ts";

const picture: MaskPicture = {
  tensor: "fc.weight",
  axes: ["2", "4"],
  rows: 2,
  columns: 4,
  cells: "08800004",
  densest: 0.5,
};
const ticket = { seed: 3, round: 2, sparsity: 0.75, pictures: [picture] };

test("a mask is drawn field by field: runs of a row are one rectangle, opacity is the density in eighths of the densest", () => {
  const drawn = maskPictures([ticket], en)!.text;
  const paths = Array.from(drawn.matchAll(/<path fill-opacity="([^"]+)" d="([^"]+)"/g), ([, opacity, d]) => [
    opacity,
    d,
  ]);
  expect(paths).toEqual([
    ["0.50", "M15,5h5v5h-5z"], // a 4 in the second row, fourth column
    ["1.00", "M5,0h10v5h-10z"], // two 8s side by side
  ]);
  expect(drawn).toContain('viewBox="0 0 20 10"');
  expect(drawn).toContain("<b>fc.weight</b> ↓ 2, → 4; ≤ 50 %");
  expect(drawn).toContain('role="img" aria-labelledby="mask-0-0-title"');
});

test("of several tickets the last stands open, and words say how many rows are left", () => {
  const words = { most: [{ word: "<b>", kept: 7 }], of: 100, gone: 1, rows: 4 };
  const drawn = maskPictures([ticket, { ...ticket, round: 5, words }], en)!.text;
  expect(drawn.match(/<details open="">/g)).toHaveLength(1);
  expect(drawn.indexOf("round 5")).toBeGreaterThan(drawn.indexOf('<details open="">'));
  expect(drawn).toContain("3 of 4 rows of the embedding have a weight left. Most have <b>&lt;b&gt;</b> (7/100).");
  expect(maskPictures([], en)).toBeUndefined();
});
