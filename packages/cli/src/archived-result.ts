import type { CurvePoint, LevelResult } from "@ltt/lottery";

/** A result as an archive holds it: JSON, with scores and validations packed. */
export type ArchivedResult = Omit<LevelResult, "testScores" | "curve"> & {
  readonly testScores?: PackedScores;
  readonly curve: PackedCurve;
};

/** Scores of the test examples in base64: a bit each where all are 0 or 1, the lowest of a byte first; else float32, little-endian. */
interface PackedScores {
  readonly examples: number;
  readonly bits?: string;
  readonly floats?: string;
}

/** Validations by column, which compress better than one by one. `null` where something was not measured; measures by name. */
interface PackedCurve {
  readonly step: readonly number[];
  readonly trainLoss: readonly (number | null)[];
  readonly validationLoss: readonly number[];
  readonly validationAccuracy: readonly number[];
  readonly measures?: readonly CurvePoint["measures"][];
  readonly training?: readonly CurvePoint["training"][];
}

export function packResult({ testScores, curve, ...rest }: LevelResult): ArchivedResult {
  return {
    ...rest,
    ...(testScores === undefined ? {} : { testScores: packScores(testScores) }),
    curve: packCurve(curve),
  };
}

/** The result that was packed, to the last bit. */
export function unpackResult({ testScores, curve, ...rest }: ArchivedResult): LevelResult {
  return {
    ...rest,
    ...(testScores === undefined ? {} : { testScores: unpackScores(testScores) }),
    curve: unpackCurve(curve),
  };
}

function packScores(scores: Float32Array): PackedScores {
  const examples = scores.length;
  if (scores.some((score) => score !== 0 && score !== 1)) {
    const bytes = Buffer.alloc(4 * examples);
    for (const [i, score] of scores.entries()) bytes.writeFloatLE(score, 4 * i);
    return { examples, floats: bytes.toString("base64") };
  }
  const bytes = Buffer.alloc(Math.ceil(examples / 8));
  for (const [i, score] of scores.entries()) bytes[i >> 3]! |= score << (i & 7);
  return { examples, bits: bytes.toString("base64") };
}

function unpackScores({ examples, bits, floats }: PackedScores): Float32Array {
  const bytes = Buffer.from(bits ?? floats ?? "", "base64");
  const expected = bits === undefined ? 4 * examples : Math.ceil(examples / 8);
  if (bytes.length !== expected) throw new RangeError(`${examples} scores are ${bytes.length} bytes, not ${expected}`);
  return Float32Array.from({ length: examples }, (_, i) =>
    bits === undefined ? bytes.readFloatLE(4 * i) : (bytes[i >> 3]! >> (i & 7)) & 1,
  );
}

function packCurve(curve: readonly CurvePoint[]): PackedCurve {
  const has = (name: "measures" | "training") => curve.some((point) => point[name] !== undefined);
  return {
    step: curve.map(({ step }) => step),
    trainLoss: curve.map(({ trainLoss }) => trainLoss),
    validationLoss: curve.map(({ validationLoss }) => validationLoss),
    validationAccuracy: curve.map(({ validationAccuracy }) => validationAccuracy),
    ...(has("measures") ? { measures: curve.map(({ measures }) => measures) } : {}),
    ...(has("training") ? { training: curve.map(({ training }) => training) } : {}),
  };
}

function unpackCurve(curve: PackedCurve): CurvePoint[] {
  const { step, trainLoss, validationLoss, validationAccuracy, measures, training } = curve;
  return step.map((at, i) => ({
    step: at,
    trainLoss: trainLoss[i] ?? null,
    validationLoss: validationLoss[i]!,
    validationAccuracy: validationAccuracy[i]!,
    ...(measures?.[i] ? { measures: measures[i] } : {}), // JSON has null for undefined
    ...(training?.[i] ? { training: training[i] } : {}),
  }));
}
