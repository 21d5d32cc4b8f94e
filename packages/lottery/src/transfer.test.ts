import { stream } from "@ltt/core";
import { describe, expect, test } from "vitest";
import { type Ticket, transferTicket } from "./transfer.ts";

/** An embedding of 3 rows of 2, of which half is kept, and a bias. */
const ticket = (): Ticket => ({
  mask: new Map([
    ["table", Int32Array.of(1, 2, 5)],
    ["bias", Int32Array.of(0, 2)],
  ]),
  values: new Map([
    ["table", Float32Array.of(10, 20, 50)],
    ["bias", Float32Array.of(1, 3)],
  ]),
  shapes: new Map([
    ["table", [3, 2]],
    ["bias", [3]],
  ]),
});
const shapes = (rows: number) =>
  new Map([
    ["table", [rows, 2]],
    ["bias", [3]],
  ]);
const transfer = (rows: number[], options: { seed?: number } = {}) =>
  transferTicket(ticket(), shapes(rows.length), {
    rows: new Map([["table", Int32Array.from(rows)]]),
    rng: stream(options.seed ?? 1),
  });

describe("transferTicket", () => {
  test("the ticket's own shapes and rows give the ticket", () => {
    const { mask, positions, values } = transferTicket(ticket(), shapes(3), { rng: stream(1) });
    expect([mask, positions, values]).toEqual([ticket().mask, ticket().mask, ticket().values]);
  });

  test("rows take mask and values of the rows that they name, wherever these stood", () => {
    const { mask, positions, values } = transfer([2, 0, 1]);
    expect(mask.get("table")).toEqual(Int32Array.of(1, 3, 4)); // old row 2 kept 5, row 0 kept 1, row 1 kept 2
    expect(positions.get("table")).toEqual(mask.get("table"));
    expect(values.get("table")).toEqual(Float32Array.of(50, 10, 20));
    expect(mask.get("bias")).toEqual(Int32Array.of(0, 2));
  });

  test("rows that the ticket has not are as dense as make the tensor as dense as the ticket's, at places that the stream draws", () => {
    const rows = [-1, 1, ...new Array<number>(98).fill(-1)];
    const { mask, positions } = transfer(rows);
    expect(mask.get("table")).toHaveLength(100); // half of 200
    expect(positions.get("table")).toEqual(Int32Array.of(2)); // old row 1 kept its first
    const places = mask.get("table")!;
    expect(places.includes(2) && !places.includes(3)).toBe(true);
    expect(places.every((at, i) => i === 0 || at > places[i - 1]!)).toBe(true);
    expect(transfer(rows)).toEqual(transfer(rows));
    expect(transfer(rows, { seed: 2 }).mask).not.toEqual(mask);
    expect(transfer(rows, { seed: 2 }).positions).toEqual(positions);
  });

  test("where the rows that it has are denser or sparser than all, the others are none or all", () => {
    expect(transfer([1, 0]).mask.get("table")).toEqual(Int32Array.of(0, 3)); // no other row
    const dense = { ...ticket(), mask: new Map(ticket().mask).set("table", Int32Array.of(0, 1, 2)) };
    const kept = (rows: number[]) =>
      transferTicket(dense, shapes(rows.length), {
        rows: new Map([["table", Int32Array.from(rows)]]),
        rng: stream(1),
      }).mask.get("table")!;
    expect(kept([0, -1])).toEqual(Int32Array.of(0, 1)); // half of 4 are there
    expect(kept([2, -1])).toEqual(Int32Array.of(2, 3)); // row 2 has none: both of the other
  });

  test("of a tensor of another length, whose rows nobody names, none is the ticket's", () => {
    const other = new Map([...shapes(3), ["bias", [6]]]);
    const { mask, positions } = transferTicket(ticket(), other, { rng: stream(1) });
    expect([mask.get("bias")!.length, positions.get("bias")!.length]).toEqual([4, 0]);
  });

  test("what does not fit is refused by name", () => {
    const of = (rows: number[], to = shapes(3)) =>
      transferTicket(ticket(), to, { rows: new Map([["table", Int32Array.from(rows)]]), rng: stream(1) });
    expect(() => of([0, 1])).toThrow('transferTicket: rows of "table": there are 2; it has 3, the ticket\'s 3');
    expect(() => of([0, 1, 3])).toThrow('transferTicket: rows of "table": row 2 takes 3; it has 3, the ticket\'s 3');
    expect(() => of([0, 0, 1])).toThrow('transferTicket: rows of "table" take one row twice');
    expect(() => of([0, 1, 2], new Map([...shapes(3), ["table", [3, 4]]]))).toThrow(
      'transferTicket: "table" is [3,2] in the ticket and [3,4] in the new network; only rows may differ',
    );
    expect(() => of([0, 1, 2], new Map([["table", [3, 2]]]))).toThrow(
      'transferTicket: the ticket has "bias", the new network does not',
    );
    expect(() => of([0, 1, 2], new Map([...shapes(3), ["gain", [3]]]))).toThrow(
      'transferTicket: the new network has "gain", the ticket does not',
    );
  });
});
