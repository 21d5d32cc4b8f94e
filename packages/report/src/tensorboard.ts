import { Buffer } from "node:buffer";
import type { LevelResult } from "@ltt/lottery";
import { check, checkResults, finite } from "@ltt/lottery/arguments";

/** A scalar at a step, as TensorBoard draws it. */
export interface Scalar {
  readonly step: number;
  readonly tag: string;
  readonly value: number;
}

/**
 * A TensorBoard event file: TFRecords, each `length (uint64), masked CRC32C of it, data, masked CRC32C of that`, all little-endian, whose
 * data are `Event` messages of protocol buffers: first the version of the format, then a scalar each.
 *
 * @param time - Seconds since 1970 that all events have: a clock is an argument.
 * @see tensorflow/core/lib/io/record_writer.h; tensorflow/core/util/event.proto; tensorflow/core/framework/summary.proto
 */
export function renderEvents(scalars: readonly Scalar[], time: number): Uint8Array {
  check("renderEvents", "time", time, finite);
  const version = message([double(1, time), string(3, "brain.Event:2")]);
  return Buffer.concat([version, ...scalars.map((scalar) => eventOf(scalar, time))].map(record));
}

/** The scalars of a trained network, by their tags: its learning curves, and what it was found to be, at its early-stopping step. */
export function scalarsOf(level: LevelResult): Scalar[] {
  checkResults(
    "scalarsOf",
    "levels",
    [level],
    ["earlyStopStep", "testAccuracy", "testLoss", "sparsity", "measures", "curve"],
  );
  const { curve, earlyStopStep, testAccuracy, testLoss, sparsity, measures } = level;
  const scalars = curve.flatMap((point) => {
    const { step, trainLoss, validationLoss, validationAccuracy, training } = point;
    const values: [string, number | null | undefined][] = [
      ["train/loss", trainLoss],
      ["validation/loss", validationLoss],
      ["validation/accuracy", validationAccuracy],
      ["train/monitored_loss", training?.loss],
      ["train/monitored_accuracy", training?.accuracy],
      ...Object.entries(point.measures ?? {}).map(([name, value]): [string, number] => [
        `validation/${tagOf(name)}`,
        value,
      ]),
    ];
    return values.flatMap(([tag, value]) => (typeof value === "number" ? [{ step, tag, value }] : []));
  });
  const found = { accuracy: testAccuracy, loss: testLoss, ...measures };
  return [
    ...scalars,
    ...Object.entries(found).map(([name, value]) => ({ step: earlyStopStep, tag: `test/${tagOf(name)}`, value })),
    { step: earlyStopStep, tag: "network/sparsity", value: sparsity },
  ];
}

/** TensorBoard groups by what stands before a slash. */
function tagOf(name: string): string {
  return name.replaceAll(/[^\w.-]+/g, "_");
}

function eventOf({ step, tag, value }: Scalar, time: number): Buffer {
  const summary = message([bytes(1, message([string(1, tag), float(2, value)]))]);
  return message([double(1, time), varint(2, step), bytes(5, summary)]);
}

/** Fields of protocol buffers: the number of a field with its wire type, then its value. */

function message(fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

function double(field: number, value: number): Buffer {
  const buffer = Buffer.alloc(9);
  buffer[0] = (field << 3) | 1;
  buffer.writeDoubleLE(value, 1);
  return buffer;
}

function float(field: number, value: number): Buffer {
  const buffer = Buffer.alloc(5);
  buffer[0] = (field << 3) | 5;
  buffer.writeFloatLE(value, 1);
  return buffer;
}

function varint(field: number, value: number): Buffer {
  return Buffer.concat([Buffer.of(field << 3), base128(value)]);
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.of((field << 3) | 2), base128(value.length), value]);
}

function string(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value, "utf8"));
}

function base128(value: number): Buffer {
  const digits: number[] = [];
  let rest = value;
  while (rest >= 128) {
    digits.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...digits, rest]);
}

function record(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, maskedCrc(length), data, maskedCrc(data)]);
}

/** `rotateRight(crc, 15) + 0xa282ead8`, so that a checksum of data with a checksum in it is none of its own. */
function maskedCrc(data: Uint8Array): Buffer {
  const crc = crc32c(data);
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return buffer;
}

/** CRC-32C (Castagnoli), reflected, as in RFC 3720, §12.1. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});
