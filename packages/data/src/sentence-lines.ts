import { DataError } from "./data-error.ts";
import { fileBytes } from "./file-bytes.ts";
import type { SentenceFile } from "./sentence-sets.ts";
import { tarMember } from "./tar-member.ts";
import { decodeWindows1252 } from "./windows-1252.ts";

/** A line that is not blank, without its end, and its number from 1. */
export interface SentenceLine {
  readonly text: string;
  readonly line: number;
}

/**
 * The lines of a file of sentences. UTF-8 if all of it is; else windows-1252, of which Latin-1's letters are a part: so MR, Subj and TREC
 * were published, and later copied in either. Lines end as Unix, Windows or old Macs end them; nothing else divides them (0x85 is an
 * ellipsis, not a line end).
 *
 * @throws {DataError} for a file that cannot be read, is damaged or holds a NUL.
 */
export async function sentenceLines(file: SentenceFile): Promise<SentenceLine[]> {
  const where = nameOf(file);
  const bytes = file.member === undefined ? await whole(file.path) : await tarMember(file.path, file.member);
  if (bytes.includes(0)) throw new DataError(`${where}: has a NUL byte; the file is damaged or no text: get it again`);
  return decode(bytes)
    .split(/\r\n|\n|\r/)
    .map((text, i) => ({ text, line: i + 1 }))
    .filter(({ text }) => text.trim() !== "");
}

/** What messages call a file. */
export function nameOf({ path, member }: SentenceFile): string {
  return member === undefined ? path : `${path}: ${member}`;
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return decodeWindows1252(bytes);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

async function whole(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of fileBytes(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
