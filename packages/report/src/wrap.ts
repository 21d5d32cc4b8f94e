import { text as aString, check, limit } from "@ltt/lottery/arguments";

/** Text as lines of at most `width` characters, divided at blanks; a longer word has a line of its own. What fits stays as it is. */
export function wrap(text: string, width: number): string[] {
  check("wrap", "text", text, aString);
  check("wrap", "width", width, limit);
  if (text.length <= width) return [text];
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else {
      current = current === "" ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}
