import {
  BREAK,
  characterLength,
  DIGIT,
  kindAt,
  LETTER,
  LOWER,
  PUNCTUATION,
  QUOTE,
  SYMBOL,
  symbolEnd,
  UPPER,
} from "./character-kind.ts";
import { exceptions, longestException } from "./english-exceptions.ts";

/**
 * Cuts `word = text[start, end)`, which holds no blanks, into tokens and adds them to `tokens`.
 *
 * As in spaCy: exceptions stand; punctuation comes off the front and the back, one token each, until a word, a number, an
 * address or an exception is left; that is cut at the hyphens, dashes and the like inside it. Each token, given to
 * `splitWord` again, stays as it is. Every rule looks at a bounded number of neighbours, so time is linear in the word.
 */
export function splitWord(text: string, start: number, end: number, tokens: string[]): void {
  const endings: string[] = [];
  let s = start;
  let e = end;
  while (s < e) {
    const parts = e - s <= longestException ? exceptions.get(text.slice(s, e)) : undefined;
    if (parts !== undefined) {
      tokens.push(...parts);
      break;
    }
    const front = prefixEnd(text, s, e);
    if (front > s) {
      tokens.push(text.slice(s, front));
      s = front;
      continue;
    }
    const urlEnd = startsUrl(text, s) ? trimUrl(text, s, e) : s;
    if (urlEnd > s) {
      tokens.push(text.slice(s, urlEnd));
      s = urlEnd;
      continue;
    }
    const back = suffixStart(text, s, e);
    if (back < e) {
      endings.push(text.slice(back, e));
      e = back;
      continue;
    }
    splitInside(text, s, e, tokens);
    break;
  }
  for (let i = endings.length - 1; i >= 0; i--) tokens.push(endings[i]!);
}

const APOSTROPHE = 0x27;
const CURLY = 0x2019;
const GRAVE = 0x60; // "it`s" and "it´s" are how some keyboards have it
const ACUTE = 0xb4;
const PLUS = 0x2b;
const HYPHEN = 0x2d;
const DOT = 0x2e;

/** Where the token that comes off the front ends; `s` if none does. */
function prefixEnd(text: string, s: number, e: number): number {
  const c = text.charCodeAt(s);
  const kind = kindAt(text, s);
  const next = s + 1 < e ? kindAt(text, s + 1) : 0;
  if (c === DOT) {
    const run = runEnd(text, s, e);
    return run > s + 1 || !(next & (DIGIT | LOWER)) ? run : s; // ".5" and ".com" keep theirs
  }
  if (isHyphen(c)) {
    const run = runEnd(text, s, e);
    return run > s + 1 || !(next & DIGIT) ? run : s; // "-5" keeps its sign
  }
  if (c === PLUS) return next & DIGIT ? s : s + 1;
  if (kind & PUNCTUATION) return isDoubledQuote(text, s, e) ? s + 2 : s + characterLength(text, s);
  if (kind & SYMBOL) return symbolEnd(text, s, e);
  return s;
}

/** Where the token that comes off the back starts; `e` if none does. At least one character stays before it. */
function suffixStart(text: string, s: number, e: number): number {
  const c = text.charCodeAt(e - 1);
  const kind = kindAt(text, e - 1);
  if (kind & LETTER) return Math.min(cliticStart(text, s, e), unitStart(text, s, e));
  if (c === DOT) {
    const run = runStart(text, s, e);
    return run < e - 1 ? run : isAbbreviation(text, s, e) ? e : e - 1;
  }
  if (isHyphen(c)) return runStart(text, s, e);
  if (c === PLUS) return kindAt(text, e - 2) & DIGIT ? e - 1 : e;
  if (kind & PUNCTUATION) {
    if (e - 2 > s && isDoubledQuote(text, e - 2, e)) return e - 2;
    return e - 1 - (isLowSurrogate(c) ? 1 : 0);
  }
  return e;
}

/** A point ends an abbreviation after a lone capital ("J.", "U.S.") and after a letter that follows a point ("p.m."). */
function isAbbreviation(text: string, s: number, e: number): boolean {
  const last = kindAt(text, e - 2);
  if (!(last & LETTER)) return false;
  if (e - 3 < s) return (last & UPPER) !== 0;
  return text.charCodeAt(e - 3) === DOT || ((last & UPPER) !== 0 && !(kindAt(text, e - 3) & (LETTER | DIGIT)));
}

/** "it's" → 's, "don't" → n't: where the clitic starts; `e` if there is none. */
function cliticStart(text: string, s: number, e: number): number {
  if (isApostrophe(text.charCodeAt(e - 2))) {
    const letter = lowerAt(text, e - 1);
    const host = e - 3 >= s ? kindAt(text, e - 3) : 0;
    if (letter === "t" && e - 4 >= s && lowerAt(text, e - 3) === "n" && kindAt(text, e - 4) & LETTER) return e - 3;
    if (letter === "s" && host & (LETTER | DIGIT | PUNCTUATION)) return e - 2;
    if ((letter === "m" || letter === "d") && host & LETTER) return e - 2;
  } else if (e - 4 >= s && isApostrophe(text.charCodeAt(e - 3)) && kindAt(text, e - 4) & LETTER) {
    const ending = lowerAt(text, e - 2) + lowerAt(text, e - 1);
    if (ending === "ll" || ending === "re" || ending === "ve") return e - 3;
  }
  return e;
}

const units: ReadonlySet<string> = new Set(
  "km cm mm kg mg lb lbs oz ft mph kph kmh am pm hz khz mhz ghz kb mb gb tb".split(" "),
);

/** "10km" → km, "9pm" → pm: where the unit starts; `e` if there is none. */
function unitStart(text: string, s: number, e: number): number {
  let at = e - 1;
  while (at > s && e - at < 4 && kindAt(text, at - 1) & LETTER) at--;
  return at > s && kindAt(text, at - 1) & DIGIT && units.has(text.slice(at, e).toLowerCase()) ? at : e;
}

/** Cuts `text[s, e)`, from whose ends nothing comes off, at what divides it; each part is a word again. */
function splitInside(text: string, s: number, e: number, tokens: string[]): void {
  let part = s;
  if (!isAddress(text, s, e)) {
    for (let i = s + 1; i < e - 1; i++) {
      const cut = dividerEnd(text, i, s, e);
      if (cut === i) continue;
      splitWord(text, part, i, tokens);
      tokens.push(text.slice(i, cut));
      part = cut;
      i = cut - 1;
    }
  }
  if (part === s) tokens.push(text.slice(s, e));
  else splitWord(text, part, e, tokens);
}

/** Where the divider at `i` ends; `i` if there is none. */
function dividerEnd(text: string, i: number, s: number, e: number): number {
  const kind = kindAt(text, i);
  if (kind & (LETTER | DIGIT)) return i;
  if (kind & BREAK) return i + 1;
  if (kind & SYMBOL) return symbolEnd(text, i, e);
  const c = text.charCodeAt(i);
  const before = i > s ? kindAt(text, i - 1) : 0;
  const after = kindAt(text, i + 1);
  if (c === DOT || isHyphen(c)) {
    const run = runEnd(text, i, e);
    if (run > i + 1) return run;
    if (c === DOT) return before & (LOWER | QUOTE) && after & UPPER ? run : i;
    return (before & (LETTER | DIGIT) && after & LETTER) || (before & DIGIT && after & DIGIT) ? run : i;
  }
  switch (text[i]) {
    case ",":
    case "~":
      return before & LETTER && after & LETTER ? i + 1 : i;
    case ":":
    case "<":
    case ">":
    case "=":
    case "/":
      return before & (LETTER | DIGIT) && after & LETTER ? i + 1 : i;
    case "+":
    case "*":
    case "^":
      return before & DIGIT && after & DIGIT ? i + 1 : i;
    default:
      return i;
  }
}

const urlStart = /(?:https?:\/\/|ftp:\/\/|www\.)(?=[a-z0-9])/iy;

function startsUrl(text: string, s: number): boolean {
  const c = text.charCodeAt(s) | 0x20;
  if (c !== 0x68 && c !== 0x66 && c !== 0x77) return false; // h, f, w
  urlStart.lastIndex = s;
  return urlStart.test(text);
}

/** An address ends before closing punctuation, which belongs to the sentence. */
function trimUrl(text: string, s: number, e: number): number {
  let end = e;
  while (end > s && (text.charCodeAt(end - 1) === DOT || urlClosing.includes(text[end - 1]!))) end--;
  return end;
}

const urlClosing = ",;:!?'\"’”)]}>*…";

const email = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/;
const domain =
  /^[a-z\d-]+(?:\.[a-z\d-]+)*\.(?:com|org|net|edu|gov|mil|info|biz|tv|uk|de|fr|ca|au|us|co|ie)(?:[/:?#]\S*)?$/i;

function isAddress(text: string, s: number, e: number): boolean {
  let isDotted = false;
  for (let i = s; i < e && !isDotted; i++) isDotted = text.charCodeAt(i) === DOT;
  if (!isDotted) return false;
  const word = text.slice(s, e);
  return email.test(word) || domain.test(word);
}

/** Behind the run of points or hyphens at `at`. */
function runEnd(text: string, at: number, e: number): number {
  const c = text.charCodeAt(at);
  let end = at + 1;
  while (end < e && text.charCodeAt(end) === c) end++;
  return end;
}

/** Where the run of points or hyphens before `e` starts. */
function runStart(text: string, s: number, e: number): number {
  const c = text.charCodeAt(e - 1);
  let at = e - 1;
  while (at > s && text.charCodeAt(at - 1) === c) at--;
  return at;
}

function isDoubledQuote(text: string, at: number, e: number): boolean {
  const c = text.charCodeAt(at);
  return (c === APOSTROPHE || c === GRAVE) && at + 1 < e && text.charCodeAt(at + 1) === c;
}

function isApostrophe(c: number): boolean {
  return c === APOSTROPHE || c === CURLY || c === GRAVE || c === ACUTE;
}

function isHyphen(c: number): boolean {
  return c === HYPHEN || c === 0x2010 || c === 0x2011;
}

function isLowSurrogate(c: number): boolean {
  return c >= 0xdc00 && c < 0xe000;
}

function lowerAt(text: string, at: number): string {
  return String.fromCharCode(text.charCodeAt(at) | 0x20);
}
