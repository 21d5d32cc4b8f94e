/** A fenced block of a Markdown file that a reader would run. */
export interface CodeBlock {
  readonly language: "sh" | "js" | "ts";
  readonly code: string;
  /** Of the fence. */
  readonly line: number;
  /** What must be on standard output: the `text` block that follows under `<!-- output -->`. */
  readonly output: string | undefined;
  /** From `<!-- not run: why -->` before the fence. */
  readonly notRun: string | undefined;
}

/**
 * The `sh`, `js` and `ts` blocks, in order. Other languages are for reading.
 *
 * @throws {Error} if a fence is not closed, an output belongs to nothing, or a comment "not run" gives no reason.
 */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split("\n");
  let comment: string | undefined;

  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const fence = /^(`{3,})(\S*)\s*$/.exec(line);
    if (fence === null) {
      comment = /^<!-- (output|not run:.*) -->$/.exec(line)?.[1] ?? (line === "" ? comment : undefined);
      continue;
    }
    const begin = at + 1;
    for (at++; lines[at] !== fence[1]; at++)
      if (at >= lines.length) throw new Error(`line ${begin}: the fence is not closed`);
    const code = lines.slice(begin, at).map((text) => `${text}\n`);
    const language = fence[2];

    if (comment === "output") {
      const previous = blocks.pop();
      if (previous === undefined || previous.output !== undefined)
        throw new Error(`line ${begin}: output of no block before it`);
      blocks.push({ ...previous, output: code.join("") });
    } else if (language === "sh" || language === "js" || language === "ts") {
      const notRun = comment?.slice("not run:".length).trim();
      if (notRun === "") throw new Error(`line ${begin}: not run, but no reason why`);
      blocks.push({ language, code: code.join(""), line: begin, output: undefined, notRun });
    }
    comment = undefined;
  }
  return blocks;
}
