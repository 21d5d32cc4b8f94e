/** One kernel at one size: operands as data, and who computes what from them. */
export interface Case {
  readonly kind: "matmul" | "conv1d" | "lstmCell";
  readonly name: string;
  /** Multiplications and additions of its products. */
  readonly flops: number;
  /** Shapes of the operands. */
  readonly shapes: readonly (readonly number[])[];
}

const matmul = (n: number): Case => ({
  kind: "matmul",
  name: `matmul ${n}³`,
  flops: 2 * n ** 3,
  shapes: [
    [n, n],
    [n, n],
  ],
});

const conv1d = (batch: number, time: number, channels: number, filters: number, width: number): Case => ({
  kind: "conv1d",
  name: `conv1d ${batch}×${time}×${channels} → ${filters}, width ${width}`,
  flops: 2 * batch * (time - width + 1) * width * channels * filters,
  shapes: [
    [batch, time, channels],
    [width, channels, filters],
  ],
});

/** x, h, c, weight_ih, weight_hh, one bias */
const lstmCell = (batch: number, input: number, hidden: number): Case => ({
  kind: "lstmCell",
  name: `LSTM cell ${batch}, ${input} → ${hidden}`,
  flops: 2 * batch * 4 * hidden * (input + hidden),
  shapes: [[batch, input], [batch, hidden], [batch, hidden], [4 * hidden, input], [4 * hidden, hidden], [4 * hidden]],
});

export const CASES: readonly Case[] = [
  ...[128, 256, 512, 1024].map(matmul),
  conv1d(16, 64, 50, 50, 3),
  conv1d(64, 128, 100, 100, 5),
  lstmCell(64, 100, 128),
  lstmCell(64, 100, 256),
];
