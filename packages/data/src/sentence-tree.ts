/** A phrase of a tree, with the class of its node. */
export interface Phrase {
  readonly label: number;
  readonly text: string;
}

/**
 * The phrases of a tree in the Stanford Sentiment Treebank's brackets, the whole sentence first: `(3 (2 A) (4 film))` → 3 `A film`, 2 `A`,
 * 4 `film`. Words between blanks; the Penn Treebank's names of brackets and its escaped slashes are undone.
 *
 * @returns `undefined` if it is no such tree.
 */
export function phrasesOf(tree: string): Phrase[] | undefined {
  const parts = tree.trim().match(/\(|\)|[^\s()]+/g) ?? [];
  const words: string[] = [];
  const open: { label: number; from: number; at: number }[] = [];
  const phrases: Phrase[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (open.length === 0 && (i > 0 || part !== "(")) return undefined; // something before the tree, or after it
    if (part === "(") {
      const label = parts[++i] ?? "";
      if (!/^[0-4]$/.test(label)) return undefined;
      open.push({ label: Number(label), from: words.length, at: phrases.length });
      phrases.push({ label: Number(label), text: "" }); // its place: before those within it
    } else if (part === ")") {
      const { label, from, at } = open.pop()!;
      if (from === words.length) return undefined; // no word in it
      phrases[at] = { label, text: words.slice(from).join(" ") };
    } else {
      words.push(
        part
          .replace(/^-LRB-$/i, "(")
          .replace(/^-RRB-$/i, ")")
          .replaceAll(/\\([/*])/g, "$1"),
      );
    }
  }
  return open.length > 0 || phrases.length === 0 ? undefined : phrases;
}
