import { check, checkOptions, flag, type Kinds, object } from "@ltt/core/arguments";
import { type Corpus, corpusOf } from "./corpus.ts";
import { readColumns } from "./csv-columns.ts";
import { DataError, show } from "./data-error.ts";
import type { Example } from "./example.ts";
import type { AgNewsPlace } from "./locate.ts";
import { path } from "./path.ts";

export interface AgNewsOptions {
  /** Put the title and a blank before the description, which alone is the text unless told. */
  readonly title?: boolean;
}

const OPTIONS: Kinds<AgNewsOptions> = { title: flag };

/**
 * AG's News (Zhang, Zhao & LeCun, NIPS 2015): 120,000 headlines to train and 7,600 to test, in four classes of one size.
 *
 * The files are CSV, `"class","title","description"`, with classes 1 to 4, which become labels 0 to 3. Published without a header;
 * a first row whose first field is no number is one (Kaggle's `Class Index,Title,Description`). Texts are mended (`mendAgNews`).
 *
 * @throws {DataError} for a malformed row or another class, with its line; for a file that is missing or not UTF-8.
 */
export async function readAgNews(place: AgNewsPlace, options: AgNewsOptions = {}): Promise<Corpus> {
  check("readAgNews", "place", place, object);
  for (const part of ["train", "test"] as const) check("readAgNews", `place.${part}`, place[part], path);
  checkOptions("readAgNews", options, OPTIONS);
  return corpusOf({
    name: options.title ? "ag-news with titles" : "ag-news",
    classes: ["World", "Sports", "Business", "Sci/Tech"],
    train: await readRows(place.train, options),
    test: await readRows(place.test, options),
  });
}

/**
 * Undoes the damage that the published files have: ampersands of character references became blanks (` #39;s` for `&#39;s`, ` quot;`
 * for `&quot;`) and line breaks `\`. The ampersand is put back, `\` becomes a blank.
 *
 * In 72,406 rows each of 24,381 ` #…;` is such damage. None means a letter, a digit or a control character, which nobody encodes:
 * "ranked #2; then", "room #65;" stay. Of names only such are mended as are no words.
 */
export function mendAgNews(text: string): string {
  return text.replace(withoutAmpersand, "&$1;").replaceAll("\\", " ");
}

// 34–39, 60, 62 are `"#$%&'<>`; from 128 on, what is not ASCII.
const withoutAmpersand =
  /(?: |^)(quot|amp|lt|gt|nbsp|apos|hellip|[lr][sd]quo|[mn]dash|#0?(?:3[4-9]|6[02]|12[89]|1[3-9]\d|[2-9]\d\d|[1-9]\d{3,4}));/g;

const columns = [
  { title: "Class Index", names: ["classindex", "class", "label", "category", "topic"] },
  { title: "Title", names: ["title", "headline"] },
  { title: "Description", names: ["description", "text", "body", "content"] },
] as const;

async function readRows(path: string, { title: withTitle = false }: AgNewsOptions): Promise<Example[]> {
  const examples: Example[] = [];
  const isHeader = ([first = ""]: readonly string[]) => !/^[+-]?\d+(?:\.\d+)?$/.test(first.trim());
  for await (const { fields, line } of readColumns(path, columns, isHeader)) {
    const [group, title, description] = fields as [string, string, string];
    if (!/^[1-4]$/.test(group)) {
      throw new DataError(
        `${path}:${line}: the class is ${show(group)}; it must be 1, 2, 3 or 4: correct the row or delete it`,
      );
    }
    const text = mendAgNews(description);
    examples.push({ text: withTitle ? `${mendAgNews(title)} ${text}` : text, label: Number(group) - 1 });
  }
  return examples;
}
