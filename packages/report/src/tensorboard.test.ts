import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { sampleLevel } from "./sample.ts";
import { crc32c, renderEvents, scalarsOf } from "./tensorboard.ts";

/** Of tensorflow/core/util/event.proto and framework/summary.proto, the fields that scalars need; read by protobuf.js, which knows nothing of our writer. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Summary { message Value { string tag = 1; float simple_value = 2; } repeated Value value = 1; }
  message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
`);
const Event = root.lookupType("Event");

interface Read {
  readonly wallTime?: number;
  readonly step?: number;
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly { readonly tag: string; readonly simpleValue: number }[] };
}

/** The records of a TFRecord file: framing as tensorflow/core/lib/io/record_reader.cc reads it. */
function read(file: Uint8Array): Read[] {
  const buffer = Buffer.from(file);
  const events: Read[] = [];
  for (let at = 0; at < buffer.length; ) {
    const length = Number(buffer.readBigUInt64LE(at));
    expect(unmasked(buffer.readUInt32LE(at + 8))).toBe(crc32c(buffer.subarray(at, at + 8)));
    const data = buffer.subarray(at + 12, at + 12 + length);
    expect(unmasked(buffer.readUInt32LE(at + 12 + length))).toBe(crc32c(data));
    events.push(Event.toObject(Event.decode(data), { longs: Number }) as Read);
    at += 16 + length;
  }
  return events;
}

/** core/lib/hash/crc32c.h: `rot = masked − delta; (rot >> 17) | (rot << 15)`. */
function unmasked(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

describe("CRC-32C", () => {
  test.each([
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(255), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    [Buffer.from("123456789"), 0xe3069283],
  ])("is that of RFC 3720, appendix B.4, and of the catalogue: %#", (data, expected) => {
    expect(crc32c(data)).toBe(expected);
  });
});

test("an event file begins with its version, and has every scalar at its step", () => {
  const scalars = [
    { step: 0, tag: "train/loss", value: 0.5 },
    { step: 127, tag: "validation/loss", value: -1e-3 },
    { step: 128, tag: "validation/정확도", value: 0.875 },
    { step: 3_000_000_000, tag: "a".repeat(300), value: 1e30 },
  ];
  const [version, ...events] = read(renderEvents(scalars, 12.5));
  expect(version).toEqual({ wallTime: 12.5, fileVersion: "brain.Event:2" });
  expect(events.map(({ wallTime, step = 0, summary }) => ({ wallTime, step, ...summary!.value[0]! }))).toEqual(
    scalars.map(({ step, tag, value }) => ({ wallTime: 12.5, step, tag, simpleValue: Math.fround(value) })),
  );
});

test("a network's scalars are its curve, and what it was found to be at its early-stopping step", () => {
  const level = sampleLevel({ arm: "winning-ticket", round: 1 });
  const curve = [
    { step: 1, trainLoss: null, validationLoss: 0.5, validationAccuracy: 0.6, measures: { "macro f1": 0.4 } },
    { step: 2, trainLoss: 0.3, validationLoss: 0.4, validationAccuracy: 0.7 },
  ];
  const scalars = scalarsOf({ ...level, curve, measures: { recall: 0.86 } });
  expect(scalars.map(({ step, tag, value }) => `${step} ${tag} ${value}`)).toEqual([
    "1 validation/loss 0.5",
    "1 validation/accuracy 0.6",
    "1 validation/macro_f1 0.4",
    "2 train/loss 0.3",
    "2 validation/loss 0.4",
    "2 validation/accuracy 0.7",
    "300 test/accuracy 0.87",
    "300 test/loss 0.31",
    "300 test/recall 0.86",
    `300 network/sparsity ${1 - 0.8}`,
  ]);
});
