import { check, checkOptions, flag, type Kinds, text as string } from "@ltt/core/arguments";
import { kindAt, SPACE } from "./character-kind.ts";
import { cleanText } from "./clean-text.ts";
import { detached } from "./detached.ts";
import { splitWord } from "./split-word.ts";

export interface TokeniserOptions {
  /** Lower every token, after the text is cut. Off unless told: case is kept, as spaCy keeps it. */
  readonly lowercase?: boolean;
}

const OPTIONS: Kinds<TokeniserOptions> = { lowercase: flag };

/** Text → its word tokens, none empty, none with a blank in it. An empty text has none. */
export type Tokeniser = (text: string) => string[];

/**
 * A word tokeniser for English in the manner of spaCy's. Text is first cleaned of HTML, entities and control characters
 * (`cleanText`), then cut at blanks, then each piece by rules (`splitWord`):
 *
 * - punctuation, quotes and currency signs stand alone: `("Hi!")` → `( " Hi ! " )`; `...`, `--` are one token;
 * - contractions divide: `don't` → `do n't`, `can't` → `ca n't`, `it's` → `it 's`, `we'll` → `we 'll`, `cannot` → `can not`;
 * - hyphens and slashes between words stand alone, as in spaCy: `well-known` → `well - known`;
 * - kept whole: abbreviations (`U.S.`, `Mr.`, `e.g.`), numbers (`1,000.5`, `10:30`, `8/10`), addresses, emoticons;
 * - words run together at the end of a sentence divide: `end.Start` → `end . Start`. spaCy does so too, but not `end!Start`,
 *   which divides here.
 *
 * There are no word lists beyond `exceptions`, and units of two letters and more only: not every token is spaCy's.
 * The tokeniser remembers the words it has seen, up to 2¹⁸; its tokens depend on the text alone.
 */
export function createTokeniser(options: TokeniserOptions = {}): Tokeniser {
  const { lowercase = false } = checkOptions("createTokeniser", options, OPTIONS);
  const seen = new Map<string, readonly string[]>();

  function tokensOf(word: string): readonly string[] {
    const known = seen.get(word);
    if (known !== undefined) return known;
    const tokens: string[] = [];
    splitWord(word, 0, word.length, tokens);
    const cased = lowercase ? tokens.map((token) => token.toLowerCase()) : tokens;
    if (word.length <= 32 && seen.size < 2 ** 18) seen.set(detached(word), cased);
    return cased;
  }

  return (text) => {
    check("tokeniser", "text", text, string);
    const tokens: string[] = [];
    eachPiece(text, (piece) => {
      for (const token of tokensOf(piece)) tokens.push(token);
      return true;
    });
    return tokens;
  };
}

/** Visits what stands between the blanks of a cleaned text, piece by piece, while it is told to go on. */
export function eachPiece(text: string, visit: (piece: string) => boolean): void {
  const clean = cleanText(text);
  for (let end = 0; end < clean.length; end++) {
    if (kindAt(clean, end) & SPACE) continue;
    const start = end;
    while (end < clean.length && !(kindAt(clean, end) & SPACE)) end++;
    if (!visit(clean.slice(start, end))) return;
  }
}

/** The tokens of one text; for many, `createTokeniser` is faster. */
export function tokenise(text: string, options: TokeniserOptions = {}): string[] {
  check("tokenise", "text", text, string);
  checkOptions("tokenise", options, OPTIONS);
  return createTokeniser(options)(text);
}
