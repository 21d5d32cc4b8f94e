// By hand, with a table of 63 names, and not by the package `entities`: its 2,231 names would decode prose (“&sum;”, “&it;”) and change the
// tokens, whose digests are pinned.
import { check, text as string } from "@ltt/core/arguments";
import { windows1252 } from "./windows-1252.ts";

/**
 * Makes plain text of what the corpora hold, in this order:
 *
 * 1. character references become their characters: `&lt;`, `&amp;`, `&#8217;`, `&#x2019;`. Only with their `&` and `;`: "ranked
 *    #39; then" is prose. Where a data set lost its ampersands, its reader puts them back (`readAgNews`);
 * 2. HTML tags and comments (`<br />`, `<A HREF="…">`; known element names only, so `<3` and `<sigh>` stay) become a space;
 * 3. C1 control characters become what they stand for in windows-1252 (IMDb's `\x96` is a dash, `\x85` an ellipsis: 4,600
 *    places), as HTML parsers do; those that stand for nothing, other control characters and soft hyphens are dropped;
 * 4. Unicode is normalised to NFC.
 *
 * A reference is decoded once: `&amp;lt;` is the text `&lt;`. Time is linear in the text.
 */
export function cleanText(text: string): string {
  check("cleanText", "text", text, string);
  let clean = text;
  if (clean.includes("&")) clean = decodeEntities(clean);
  if (clean.includes("<")) clean = clean.replace(comment, " ").replace(tag, " ");
  if (notPlain.test(clean)) clean = clean.replace(controls, standsFor).normalize("NFC");
  return clean;
}

/**
 * What of a text a model can tell apart from others: cleaned, without blanks, in small letters. Two texts of one key are a repeat:
 * they have the same tokens, but for case and for where words divide.
 */
export function textKey(text: string): string {
  check("textKey", "text", text, string);
  return cleanText(text)
    .replace(/[\s\u200b]+/g, "")
    .toLowerCase();
}

/** `&name;`, `&#…;` and `&#x…;` as the characters they stand for; an unknown name stays as it is. */
function decodeEntities(text: string): string {
  return text.replace(entity, (whole, name?: string, hex?: string, decimal?: string) => {
    if (name !== undefined) return named.get(name) ?? whole;
    return character(hex === undefined ? Number.parseInt(decimal!, 10) : Number.parseInt(hex, 16));
  });
}

function character(code: number): string {
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return "\ufffd";
  const isC1 = code >= 0x80 && code < 0xa0;
  return isC1 ? standsFor(String.fromCodePoint(code)) || "\ufffd" : String.fromCodePoint(code);
}

// Every repetition is bounded or stops at the next `<`, so no input takes quadratic time.
const entity = /&(?:([A-Za-z][A-Za-z0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|#([0-9]{1,7}));/g;
const comment = /<!--(?:(?!-->)[^<])*-->/g;
const tag = new RegExp(
  `<(?:/?(?:${[
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote body br button",
    "canvas caption center cite code col colgroup dd del details dfn dir div dl dt em embed fieldset figcaption figure font",
    "footer form frame frameset h[1-6] head header hr html i iframe img input ins kbd label legend li link main map mark",
    "marquee menu meta nav nobr noframes noscript object ol optgroup option p param picture pre q s samp script section select",
    "small source span strike strong style sub summary sup svg table tbody td textarea tfoot th thead time title tr track tt",
    "u ul var video wbr",
  ]
    .join(" ")
    .split(" ")
    .join("|")})(?=[\\s/>])|!doctype\\b)[^<>]*>`,
  "gi",
);
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const notPlain = /[\x00-\x08\x0e-\x1f\x7f-\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controls = /[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\ufeff]/g;

/** A C1 control character read as windows-1252; nothing where no character is assigned to it. */
function standsFor(control: string): string {
  const meant = windows1252.charAt(control.charCodeAt(0) - 0x80);
  return meant === control ? "" : meant;
}

/** The named entities that occur in running text; HTML has 2,000 more. */
const named: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: "&",
    lt: "<",
    gt: ">",
    quot: '"',
    apos: "'",
    nbsp: "\u00a0",
    iexcl: "¡",
    cent: "¢",
    pound: "£",
    yen: "¥",
    sect: "§",
    copy: "©",
    laquo: "«",
    shy: "",
    reg: "®",
    deg: "°",
    plusmn: "±",
    acute: "´",
    para: "¶",
    middot: "·",
    raquo: "»",
    frac12: "½",
    iquest: "¿",
    times: "×",
    agrave: "à",
    aacute: "á",
    acirc: "â",
    atilde: "ã",
    auml: "ä",
    Auml: "Ä",
    aring: "å",
    aelig: "æ",
    ccedil: "ç",
    egrave: "è",
    eacute: "é",
    Eacute: "É",
    ecirc: "ê",
    euml: "ë",
    igrave: "ì",
    iacute: "í",
    icirc: "î",
    iuml: "ï",
    ntilde: "ñ",
    ograve: "ò",
    oacute: "ó",
    ocirc: "ô",
    ouml: "ö",
    Ouml: "Ö",
    oslash: "ø",
    ugrave: "ù",
    uacute: "ú",
    ucirc: "û",
    uuml: "ü",
    Uuml: "Ü",
    szlig: "ß",
    ndash: "–",
    mdash: "—",
    lsquo: "‘",
    rsquo: "’",
    ldquo: "“",
    rdquo: "”",
    bull: "•",
    hellip: "…",
    euro: "€",
    trade: "™",
  }),
);
