import { wrap } from "@ltt/report";

/** Where lines go, which may be a terminal. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

/** Characters that a line may have: a terminal's columns; elsewhere there is no limit, so that lines stay whole. */
export function widthOf({ isTTY, columns }: Output): number {
  return isTTY === true ? columns || 80 : Infinity; // 0 where a terminal does not say
}

/** Writes lines; those that a terminal would divide anywhere are divided between words. */
export function writeLines(stream: Output, text: string): void {
  const lines = text.split("\n").flatMap((line) => wrap(line, widthOf(stream)));
  stream.write(`${lines.join("\n")}\n`);
}
