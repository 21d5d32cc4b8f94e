import fc from "fast-check";
import * as core from "../../src/index.ts";
import { type Shape, tensor } from "../../src/index.ts";
import { axisOrNone, callOf, valuesOf } from "../../src/testing/index.ts";
import { firstChannels, lastChannels } from "./golden-images.ts";
import { as, grid, type Operation, row, trial } from "./operation.ts";
import { broadcastable, fullShape } from "./shapes.ts";

/** Operations that move elements and compute nothing. */
export const movement: readonly Operation[] = [
  {
    name: "broadcastTo",
    trials: broadcastable
      .filter(([a, b]) => a.length <= b.length)
      .chain(([a, b]) => {
        const shape = b.map((size, i) => (size === 1 ? (a[i - b.length + a.length] ?? 1) : size));
        return valuesOf(a).map((x) => trial(`broadcastTo [${shape}]`, [x], ([x]) => core.broadcastTo(x!, shape)));
      }),
    examples: [[() => core.broadcastTo(tensor([[1], [2]]), [2, 2]), [1, 1, 2, 2]]],
    errors: [
      [() => core.broadcastTo(grid([2, 3]), [3]), "broadcastTo: [2,3] does not broadcast to [3]"],
      [() => core.broadcastTo(grid([2]), [3]), "broadcastTo: [2] and [3] do not broadcast: sizes 2 and 3 on axis -1"],
    ],
    twice: true,
  },
  {
    name: "reshape",
    trials: fullShape
      .chain((shape) => valuesOf(shape))
      .map((x) => trial("reshape", [x], ([t]) => core.reshape(t!, [x.shape[1]!, -1, x.shape[0]!]))),
    examples: [
      [() => core.reshape(grid([2, 3]), [3, 2]), [1, 2, 3, 4, 5, 6]],
      [() => core.reshape(grid([2, 3]), [-1]), [1, 2, 3, 4, 5, 6]],
    ],
    errors: [
      [() => core.reshape(grid([2, 3]), [4]), "reshape: [2,3] → [4]: 6 elements do not fill 4"],
      [
        () => core.reshape(grid([2, 3]), [-1, 4]),
        "reshape: [2,3] → [-1,4]: the size −1 cannot be told from 6 elements",
      ],
      [
        () => core.reshape(grid([2, 3]), [-1, -1]),
        "reshape: [2,3] → [-1,-1]: the size −1 cannot be told from 6 elements",
      ],
      [() => core.reshape(grid([2, 3]), [-2, -3]), "reshape: [-2,-3] is no shape: sizes are integers from 0"],
    ],
    twice: true,
  },
  {
    name: "transpose",
    trials: fc
      .tuple(
        fullShape.chain((shape) => valuesOf(shape)),
        fc.option(fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 }), { nil: undefined }),
      )
      .map(([x, axes]) => trial(`transpose ${axes}`, [x], ([x]) => core.transpose(x!, axes))),
    examples: [
      [() => core.transpose(grid([2, 3])), [1, 4, 2, 5, 3, 6]],
      [() => core.transpose(grid([1, 2, 3]), [2, 0, 1]), [1, 4, 2, 5, 3, 6]],
    ],
    errors: [
      [() => core.transpose(row(1, 2)), "transpose: [2] has fewer than two axes"],
      [() => core.transpose(grid([2, 3]), [0, 0]), "transpose: [0,0] is no permutation of the 2 axes of [2,3]"],
    ],
    twice: true,
  },
  {
    name: "unsqueeze",
    trials: fc
      .tuple(
        fullShape.chain((shape) => valuesOf(shape)),
        fc.integer({ min: -4, max: 3 }),
      )
      .map(([x, axis]) => trial(`unsqueeze ${axis}`, [x], ([x]) => core.unsqueeze(x!, axis))),
    examples: [[() => core.add(core.unsqueeze(row(1, 2), -1), row(10, 20)), [11, 21, 12, 22]]],
    errors: [[() => core.unsqueeze(grid([2, 3]), 3), "unsqueeze: [2,3,1] has no axis 3: it has axes -3…2"]],
    twice: true,
  },
  {
    name: "squeeze",
    trials: fc
      .tuple(valuesOf([1, 3, 1]), fc.constantFrom(undefined, 0, 2, -1, [0, 2]))
      .map(([x, axis]) => trial(`squeeze ${axis}`, [x], ([x]) => core.squeeze(x!, axis === undefined ? {} : { axis }))),
    examples: [[() => core.add(core.squeeze(tensor([[1], [2]])), row(10, 20)), [11, 22]]],
    errors: [[() => core.squeeze(grid([1, 3]), { axis: [0, 1] }), "squeeze: axis 1 of [1,3] has size 3, not 1"]],
    twice: true,
  },
  {
    name: "slice",
    trials: fullShape
      .chain((shape) => fc.tuple(valuesOf(shape), ...shape.map((size) => fc.tuple(fc.nat(size), fc.nat(size)))))
      .map(([x, ...ends]) => {
        const [begin, end] = [ends.map(([a, b]) => Math.min(a, b)), ends.map(([a, b]) => Math.max(a, b))];
        return trial(`slice ${begin} … ${end}`, [x], ([x]) => core.slice(x!, begin, end));
      }),
    examples: [[() => core.slice(grid([3, 4]), [1, 1], [3, 3]), [6, 7, 10, 11]]],
    errors: [
      [() => core.slice(grid([3, 4]), [1], [3]), "slice: [3,4] from [1] to [3]: give one begin and one end an axis"],
      [() => core.slice(grid([3, 4]), [1, 2], [3, 5]), "slice: [3,4] from [1,2] to [3,5]: axis 1 has 0…4"],
      [() => core.slice(grid([3]), [2], [1]), "slice: [3] from [2] to [1]: axis 0 has 0…3"],
      [() => core.slice(grid([3]), [-1], [1]), "slice: [3] from [-1] to [1]: axis 0 has 0…3"],
    ],
    twice: true,
  },
  {
    name: "concat",
    trials: fc
      .tuple(fullShape, fc.integer({ min: -3, max: 2 }), fc.array(axisOrNone, { minLength: 1, maxLength: 4 }))
      .chain(([shape, axis, sizes]) =>
        fc
          .tuple(...sizes.map((size) => valuesOf((shape as Shape).with(axis, size))))
          .map((parts) => trial(`concat axis ${axis}`, parts, (parts) => core.concat(parts, { axis }))),
      ),
    examples: [
      [
        () =>
          core.concat(
            [
              tensor([[1], [2]]),
              tensor([
                [3, 4],
                [5, 6],
              ]),
            ],
            { axis: 1 },
          ),
        [1, 3, 4, 2, 5, 6],
      ],
      [() => core.concat([row(1), row(2, 3)]), [1, 2, 3]],
    ],
    errors: [
      [() => core.concat([]), "concat: there is nothing to concatenate"],
      [
        () => core.concat([grid([2, 3]), grid([3, 3])], { axis: 1 }),
        "concat: [2,3] and [3,3] differ elsewhere than on axis 1",
      ],
      [() => core.concat<Shape>([grid([2]), grid([2, 1])]), "concat: [2] and [2,1] differ elsewhere than on axis 0"],
      [() => core.concat([grid([2])], { axis: 1 }), "concat: [2] has no axis 1: it has axes -1…0"],
    ],
    twice: true,
  },
  {
    name: "stack",
    trials: fc
      .tuple(
        fullShape.chain((shape) => fc.array(valuesOf(shape), { minLength: 1, maxLength: 3 })),
        fc.integer({ min: -4, max: 3 }),
      )
      .map(([parts, axis]) => trial(`stack axis ${axis}`, parts, (parts) => core.stack(parts, { axis }))),
    examples: [
      [() => core.stack([row(1, 2), row(3, 4)]), [1, 2, 3, 4]],
      [() => core.stack([row(1, 2), row(3, 4)], { axis: -1 }), [1, 3, 2, 4]],
    ],
    errors: [
      [() => core.stack([]), "stack: there is nothing to stack"],
      [() => core.stack([row(1), row(1, 2)]), "stack: [1] and [2] differ"],
      [() => core.stack([row(1)], { axis: 2 }), "stack: [1,1] has no axis 2: it has axes -2…1"],
    ],
    twice: true,
  },
  {
    name: "pad2d",
    trials: fc
      .tuple(fullShape, fc.oneof(fc.nat(2), fc.tuple(fc.nat(2), fc.nat(2))))
      .chain(([shape, padding]) => fc.tuple(valuesOf([2, ...shape]), fc.constant(padding)))
      .map(([x, padding]) => trial(`pad2d ${padding}`, [x], ([x]) => core.pad2d(as.images(x), padding))),
    examples: [
      [() => core.pad2d(grid([1, 1, 1, 2]), 1), [0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0]],
      [() => core.pad2d(grid([1, 2, 1, 1]), [0, 1]), [0, 1, 0, 0, 2, 0]],
    ],
    errors: [
      [
        () => core.pad2d(grid([1, 1, 2, 2]), -1),
        "pad2d: padding is -1; it is an integer from 0, or two of them: down and across",
      ],
      [() => core.pad2d(grid([2, 2]) as never, 1), "pad2d: x is [2,2]; it has 4 axes"],
    ],
    twice: true,
    calls: [() => callOf(core.pad2d, grid([1, 1, 2, 2]), [1, 2])],
    golden: {
      pad2d: ({ x }, { padding }: { padding: readonly [number, number] }) =>
        lastChannels(core.pad2d(firstChannels(x), padding)),
    },
  },
  {
    name: "flip",
    trials: fc
      .tuple(
        fullShape.chain((shape) => valuesOf(shape)),
        fc.integer({ min: -3, max: 2 }),
      )
      .map(([x, axis]) => trial(`flip axis ${axis}`, [x], ([x]) => core.flip(x!, { axis }))),
    examples: [
      [() => core.flip(grid([2, 3]), { axis: -1 }), [3, 2, 1, 6, 5, 4]],
      [() => core.flip(grid([2, 3]), { axis: 0 }), [4, 5, 6, 1, 2, 3]],
    ],
    errors: [[() => core.flip(grid([2, 3]), { axis: 2 }), "flip: [2,3] has no axis 2: it has axes -2…1"]],
    twice: true,
    calls: [() => callOf(core.flip, grid([2, 3]), { axis: 1 })],
    golden: { flip2d: ({ x }) => core.flip(x!, { axis: 2 }) },
  },
];
