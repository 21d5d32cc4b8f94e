/** What a character is to the tokeniser; several may hold. */
export const LETTER = 1;
export const LOWER = 2;
export const UPPER = 4;
export const DIGIT = 8;
/** Stands apart at either end of a word. */
export const PUNCTUATION = 16;
/** Stands apart in the middle of a word too. */
export const BREAK = 32;
export const QUOTE = 64;
export const SYMBOL = 128;
export const SPACE = 256;

// Asked of regular expressions once a character.
const known = 512;
const table = new Uint16Array(0x10000);
const beyond = new Map<string, number>();

/** The kind of the UTF-16 unit at `at`; both halves of a surrogate pair have that of their character. */
export function kindAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit >= 0xd800 && unit < 0xe000) {
    const character = characterAt(text, at);
    const kind = beyond.get(character) ?? kindOf(character);
    beyond.set(character, kind);
    return kind;
  }
  return table[unit] || (table[unit] = kindOf(String.fromCharCode(unit)) | known);
}

function characterAt(text: string, at: number): string {
  const isLow = text.charCodeAt(at) >= 0xdc00;
  return String.fromCodePoint(text.codePointAt(isLow && at > 0 ? at - 1 : at)!);
}

function kindOf(character: string): number {
  if (/[\s\u200b]/.test(character)) return SPACE;
  if (/[\p{L}\p{M}]/u.test(character)) {
    return LETTER | (/[\p{Lu}\p{Lt}]/u.test(character) ? UPPER : LOWER); // letters without case count as small
  }
  if (/\p{N}/u.test(character)) return DIGIT;
  if (/['’‘`´]/.test(character)) return QUOTE | PUNCTUATION;
  if (/["“”„‚«»‹›]/.test(character)) return QUOTE | PUNCTUATION | BREAK;
  if (/[!?;()[\]{}…–—―¿¡]/.test(character)) return PUNCTUATION | BREAK;
  if (/[.@\-+\u2010\u2011]/.test(character)) return 0; // these depend on their neighbours
  if (/[\p{P}\p{Sc}=<>|~^§]/u.test(character)) return PUNCTUATION;
  if (/[\p{So}\p{Emoji_Presentation}]/u.test(character)) return SYMBOL;
  return 0;
}

/** Where the symbol at `at` ends: an emoji takes its modifiers, and what a joiner joins to it, with it. */
export function symbolEnd(text: string, at: number, end: number): number {
  let next = at + characterLength(text, at);
  while (next < end) {
    const code = text.codePointAt(next)!;
    if (code === 0xfe0f || code === 0x20e3 || (code >= 0x1f3fb && code <= 0x1f3ff)) next += code > 0xffff ? 2 : 1;
    else if (code === 0x200d && next + 1 < end) next += 1 + characterLength(text, next + 1);
    else break;
  }
  return Math.min(next, end);
}

/** UTF-16 units of the character that begins at `at`. */
export function characterLength(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}
