import type { Vocabulary } from "@ltt/data";
import { judge, type LevelResult, readTicket, type Store, type Ticket } from "@ltt/lottery";
import type { MaskPicture, TicketMask } from "@ltt/report";

/** Fields of a picture at most, down and across. */
const MOST = { rows: 48, columns: 96 } as const;

/** Words that are told. */
const WORDS = 30;

/** Pixels of an image of MNIST: its first layer is drawn as the image. */
const PIXELS = 784;

/**
 * Masks of winning tickets of the first seed, drawn small: those that the verdict calls the sparsest supported, or of the middle round, and
 * those of the last.
 *
 * @param vocabulary - Of texts: whose rows the embedding has.
 */
export async function ticketMasks(
  store: Store,
  levels: readonly LevelResult[],
  vocabulary: Vocabulary | undefined,
): Promise<TicketMask[]> {
  const tickets = levels.filter(({ arm, round }) => arm === "winning-ticket" && round > 0);
  const seed = Math.min(...tickets.map((ticket) => ticket.seed));
  const own = tickets.filter((ticket) => ticket.seed === seed).sort((a, b) => a.round - b.round);
  const winner = judge(levels).winner?.round;
  const middle = own.find(({ round }) => round === winner) ?? own[Math.floor((own.length - 1) / 2)];
  const chosen = [...new Set([middle, own.at(-1)])];
  const masks: TicketMask[] = [];
  for (const level of chosen) {
    if (level?.node === undefined) continue;
    const ticket = await readTicket(store, level.node);
    const words = vocabulary === undefined ? undefined : wordsLeft(ticket, vocabulary);
    masks.push({
      seed,
      round: level.round,
      sparsity: level.sparsity,
      pictures: picturesOf(ticket),
      ...(words === undefined ? {} : { words }),
    });
  }
  return masks;
}

/** A picture of each matrix and kernel of a mask, and of the first layer of MNIST one laid out as the image. */
export function picturesOf({ mask, shapes }: Pick<Ticket, "mask" | "shapes">): MaskPicture[] {
  return Array.from(mask, ([tensor, positions]) => ({ tensor, positions, shape: shapes.get(tensor) ?? [] }))
    .filter(({ shape }) => shape.length >= 2)
    .flatMap(({ tensor, positions, shape }) => {
      const last = shape.at(-1)!;
      const first = shape.slice(0, -1).reduce((product, size) => product * size, 1);
      const axes = [shape.slice(0, -1).join(" × "), String(last)] as const;
      const whole = picture(tensor, axes, positions, [first, last], (at) => [Math.floor(at / last), at % last]);
      if (tensor !== "fc1.weight" || last !== PIXELS) return [whole];
      const side = Math.sqrt(PIXELS);
      const asImage = picture(
        `${tensor}: weights of each pixel`,
        ["y", "x"],
        positions,
        [side, side],
        (at) => {
          const pixel = at % last;
          return [Math.floor(pixel / side), pixel % side];
        },
        first,
      );
      return [asImage, whole];
    });
}

/** @param each - Weights that lie at one place of the plane. Default 1. */
function picture(
  tensor: string,
  axes: readonly [string, string],
  positions: Int32Array,
  [height, width]: readonly [number, number],
  placeOf: (position: number) => readonly [number, number],
  each = 1,
): MaskPicture {
  const [rows, columns] = [Math.min(MOST.rows, height), Math.min(MOST.columns, width)];
  const kept = new Float64Array(rows * columns);
  for (const position of positions) {
    const [y, x] = placeOf(position);
    kept[Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width)]! += 1;
  }
  const span = (at: number, fields: number, size: number) =>
    Math.ceil(((at + 1) * size) / fields) - Math.ceil((at * size) / fields);
  const density = kept.map(
    (count, i) => count / (each * span(Math.floor(i / columns), rows, height) * span(i % columns, columns, width)),
  );
  const densest = density.reduce((most, share) => Math.max(most, share), 0);
  const cells = Array.from(density, (share) => (share === 0 ? 0 : Math.max(1, Math.round((8 * share) / densest))));
  return { tensor, axes, rows, columns, cells: cells.join(""), densest };
}

function wordsLeft({ mask, shapes }: Ticket, { words }: Vocabulary): TicketMask["words"] {
  const positions = mask.get("embedding.weight");
  const [rows, of] = shapes.get("embedding.weight") ?? [];
  if (positions === undefined || rows !== words.length || of === undefined) return undefined;
  const kept = new Int32Array(rows);
  for (const position of positions) kept[Math.floor(position / of)]!++;
  const most = Array.from(kept, (count, row) => ({ word: words[row]!, kept: count }))
    .sort((a, b) => b.kept - a.kept) // stable: the more frequent word first
    .slice(0, WORDS);
  return { most, of, gone: kept.filter((count) => count === 0).length, rows };
}
