import { type Corpus, corpusOf, type Example } from "./corpus.ts";
import { readCsv } from "./csv.ts";
import { DataError, show } from "./data-error.ts";
import type { AgNewsPlace } from "./locate.ts";

export interface AgNewsOptions {
  /** Put the title and a blank before the description, which alone is the text unless told. */
  readonly title?: boolean;
}

/**
 * AG's News (Zhang, Zhao & LeCun, NIPS 2015): 120,000 headlines to train and 7,600 to test, in four classes of one size.
 *
 * The files are CSV without a header, `"class","title","description"`, with classes 1 to 4, which become labels 0 to 3. Texts
 * keep their `\` for line breaks and their residue of entities (` #39;`, `&lt;`), which the tokeniser resolves.
 *
 * @throws {DataError} for a malformed row or another class, with its line; for a file that is missing or not UTF-8.
 */
export async function readAgNews({ train, test }: AgNewsPlace, options: AgNewsOptions = {}): Promise<Corpus> {
  return corpusOf({
    name: options.title ? "ag-news with titles" : "ag-news",
    classes: ["World", "Sports", "Business", "Sci/Tech"],
    train: await readRows(train, options),
    test: await readRows(test, options),
  });
}

async function readRows(path: string, { title: withTitle = false }: AgNewsOptions): Promise<Example[]> {
  const examples: Example[] = [];
  for await (const { fields, line } of readCsv(path, { columns: 3 })) {
    const [group, title, description] = fields as [string, string, string];
    if (!/^[1-4]$/.test(group)) {
      throw new DataError(
        `${path}:${line}: the class is ${show(group)}; it must be 1, 2, 3 or 4: correct the row or delete it`,
      );
    }
    examples.push({ text: withTitle ? `${title} ${description}` : description, label: Number(group) - 1 });
  }
  return examples;
}
