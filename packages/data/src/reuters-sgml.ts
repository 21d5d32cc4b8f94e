import { DataError, show } from "./data-error.ts";

/** A document of Reuters-21578. */
export interface ReutersDocument {
  /** `LEWISSPLIT`: `TRAIN`, `TEST` or `NOT-USED`. */
  readonly split: string;
  /** `TOPICS="YES"`: somebody gave it topics, be they none. */
  readonly hasTopics: boolean;
  /** Each once. */
  readonly topics: readonly string[];
  /** Title and body, a blank line between. */
  readonly text: string;
}

/**
 * The documents of one file of Reuters-21578 (`reut2-000.sgm` to `reut2-021.sgm`), in their order. Files are Latin-1 and use a small part
 * of SGML: elements with end tags, attributes in quotes, and the references `&lt;`, `&amp;` and `&#…;`, the last for control characters of
 * the wire only, which are dropped.
 *
 * @param path - What messages call the file.
 * @throws {DataError} `path:line: …` for a document without an end, attributes, topics or text; for a file without documents.
 * @see Lewis, “README.txt (v 1.2)” of Distribution 1.0, 1997, §VI.
 */
export function* reutersDocuments(bytes: Buffer, path: string): Generator<ReutersDocument, void, undefined> {
  const sgml = bytes.toString("latin1");
  const lineAt = lineCounter(sgml);
  let found = false;
  for (let at = sgml.indexOf(START); at !== -1; ) {
    const end = sgml.indexOf(END, at);
    const next = sgml.indexOf(START, at + 1);
    if (end === -1 || (next !== -1 && next < end)) throw fault(path, lineAt(at), `<REUTERS> has no ${END}`);
    yield documentOf(sgml.slice(at, end), path, lineAt(at));
    found = true;
    at = next;
  }
  if (!found) throw new DataError(`${path}: holds no <REUTERS>; is this Reuters-21578? Get it: ltt data get reuters`);
}

const [START, END] = ["<REUTERS ", "</REUTERS>"];

function documentOf(sgml: string, path: string, line: number): ReutersDocument {
  const head = sgml.slice(0, sgml.indexOf(">") + 1);
  const split = attribute(head, "LEWISSPLIT");
  const hasTopics = attribute(head, "TOPICS");
  if (split === undefined || hasTopics === undefined) {
    throw fault(path, line, `${show(head)} has no ${split === undefined ? "LEWISSPLIT" : "TOPICS"}="…"`);
  }
  const topics = elementOf(sgml, "TOPICS");
  const text = elementOf(sgml, "TEXT");
  if (topics === undefined || text === undefined) {
    throw fault(path, line, `the document has no <${topics === undefined ? "TOPICS" : "TEXT"}>`);
  }
  return {
    split,
    hasTopics: hasTopics === "YES",
    topics: [...new Set(Array.from(topics.matchAll(/<D>([^<]*)<\/D>/g), ([, topic]) => plain(topic!)))],
    text: textOf(text),
  };
}

/** Title and body; what stands unmarked where there is neither. Author and dateline are no part of it. */
function textOf(element: string): string {
  const parts = [elementOf(element, "TITLE"), elementOf(element, "BODY")].flatMap((part) => part ?? []);
  return (parts.length === 0 ? [element] : parts)
    .map(plain)
    .filter((part) => part !== "")
    .join("\n\n");
}

/** What stands between the tags of the first element of a name. */
function elementOf(sgml: string, name: string): string | undefined {
  const open = new RegExp(`<${name}(?: [^>]*)?>`).exec(sgml);
  if (open === null) return undefined;
  const from = open.index + open[0].length;
  const end = sgml.indexOf(`</${name}>`, from);
  return end === -1 ? undefined : sgml.slice(from, end);
}

function attribute(head: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(head)?.[1];
}

/** References become what they stand for; control characters, but for tabs and line ends, go. A reference is decoded once. */
function plain(sgml: string): string {
  return sgml
    .replace(/&(?:(lt|gt|amp)|#(\d{1,4}));/g, (_, name?: string, code?: string) =>
      name === undefined ? String.fromCharCode(Number(code)) : NAMED[name as keyof typeof NAMED],
    )
    .replace(/\r\n?/g, "\n")
    .replace(controls, "")
    .trim();
}

const NAMED = { lt: "<", gt: ">", amp: "&" } as const;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

function fault(path: string, line: number, what: string): DataError {
  return new DataError(`${path}:${line}: ${what}; the file is damaged: get it again`);
}

/** Lines from 1 of places that are asked for in rising order. */
function lineCounter(text: string): (at: number) => number {
  let [line, from] = [1, 0];
  return (at) => {
    for (let next = text.indexOf("\n", from); next !== -1 && next < at; next = text.indexOf("\n", from)) {
      line++;
      from = next + 1;
    }
    return line;
  };
}
