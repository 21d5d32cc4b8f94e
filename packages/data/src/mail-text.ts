// By hand and not by postal-mime, which reads 43 of 202 of these e-mails, many of them malformed, in another way: the tokens' digests are
// pinned.
import { htmlText } from "./html-text.ts";
import { decodeWindows1252, isWindows1252 } from "./windows-1252.ts";

/**
 * What a person reads of an e-mail (RFC 5322, MIME): its subject and its text, on one line, blanks collapsed. No other
 * header is kept: sender, lists, dates and servers tell spam from other mail without reading it.
 *
 * Of alternatives the plain text is taken, or else the HTML; of other multiparts every text. base64 and quoted-printable are
 * decoded, HTML is reduced to its text (but for character references, which `cleanText` decodes), attachments are left out.
 * Malformed parts are read as plain text rather than refused.
 */
export function mailText(source: string): string {
  const mail = partOf(source.replaceAll("\r\n", "\n"));
  const subject = decodeWords(mail.headers.get("subject") ?? "");
  return `${subject} ${bodyText(mail, 0)}`.replace(/\s+/g, " ").trim();
}

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

function partOf(source: string): Part {
  const headers = new Map<string, string>();
  const lines = source.split("\n");
  let name = "";
  let next = 0;
  for (; next < lines.length; next++) {
    const line = lines[next]!;
    if (line === "") break;
    const field = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line);
    if (/^[ \t]/.test(line) && headers.size > 0) {
      if (name !== "") headers.set(name, `${headers.get(name)} ${line.trim()}`);
    } else if (field !== null) {
      name = field[1]!.toLowerCase();
      if (headers.has(name))
        name = ""; // the first of its name holds, with its continued lines
      else headers.set(name, field[2]!.trim());
    } else if (next > 0) break; // the first may be an mbox "From " line; a later one begins a body without a blank line
  }
  return { headers, body: lines.slice(next).join("\n") };
}

function bodyText({ headers, body }: Part, depth: number): string {
  const type = headers.get("content-type") ?? "text/plain";
  const kind = /^[\w.+-]+\/[\w.+-]+/.exec(type)?.[0].toLowerCase() ?? "text/plain";
  if (kind === "message/rfc822" && depth < 8) return bodyText(partOf(body.trimStart()), depth + 1);
  const boundary = parameter(type, "boundary");
  if (kind.startsWith("multipart/") && boundary !== undefined && depth < 8) {
    const parts = divide(body, boundary).map((part) => partOf(part));
    const chosen = kind === "multipart/alternative" ? alternative(parts) : parts;
    return chosen.map((part) => bodyText(part, depth + 1)).join("\n");
  }
  if (!kind.startsWith("text/") && !kind.startsWith("multipart/")) return "";
  const text = decodeBody(body, headers.get("content-transfer-encoding") ?? "", parameter(type, "charset"));
  const isHtml = kind === "text/html" || /<(?:html|body)[\s>]/i.test(text); // spam calls its HTML plain
  return isHtml ? htmlText(text) : text;
}

function alternative(parts: readonly Part[]): readonly Part[] {
  const ofKind = (kind: string) =>
    parts.find((part) => (part.headers.get("content-type") ?? "").toLowerCase().startsWith(kind));
  const plain = ofKind("text/plain");
  const best = plain !== undefined && plain.body.trim() !== "" ? plain : ofKind("text/html");
  return best === undefined ? parts : [best];
}

/** The parts between the lines `--boundary`; what stands before the first is for readers without MIME. */
function divide(body: string, boundary: string): string[] {
  const parts: string[][] = [];
  for (const line of body.split("\n")) {
    const mark = line.trimEnd();
    if (mark === `--${boundary}`) parts.push([]);
    else if (mark === `--${boundary}--`) break;
    else parts.at(-1)?.push(line);
  }
  return parts.length === 0 ? [`\n${body}`] : parts.map((part) => part.join("\n"));
}

function parameter(header: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;]+))`, "i").exec(header);
  return match?.[1] ?? match?.[2];
}

function decodeBody(body: string, encoding: string, charset: string | undefined): string {
  switch (encoding.trim().toLowerCase()) {
    case "base64":
      return decodeCharset(Buffer.from(body, "base64"), charset);
    case "quoted-printable":
      return decodeCharset(quotedPrintable(body.replace(/=[ \t]*\n/g, "")), charset);
    default:
      return body;
  }
}

/** `=XX` is a byte. Other characters are ASCII, or were decoded already and are kept as UTF-8. */
function quotedPrintable(text: string): Buffer {
  const parts: Buffer[] = [];
  for (const piece of text.split(/((?:=[0-9A-Fa-f]{2})+)/)) {
    const isEncoded = /^=[0-9A-Fa-f]{2}/.test(piece);
    parts.push(isEncoded ? Buffer.from(piece.replaceAll("=", ""), "hex") : Buffer.from(piece, "utf8"));
  }
  return Buffer.concat(parts);
}

/**
 * What is neither UTF-8 nor windows-1252 is decoded by ICU's tables, which do not change; a Node built without ICU lacks them, and
 * then the corpus has another digest.
 */
function decodeCharset(bytes: Uint8Array, charset = "utf-8"): string {
  if (isWindows1252(charset)) return decodeWindows1252(bytes);
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return decodeWindows1252(bytes); // a charset unknown or untrue; this one reads any byte
  }
}

/** RFC 2047: `=?charset?B?…?=` and `=?charset?Q?…?=` in a header. */
function decodeWords(header: string): string {
  return header.replace(/=\?([\w-]+)\?([BbQq])\?([^?\s]*)\?=/g, (_, charset: string, kind: string, text: string) => {
    const bytes = kind.toLowerCase() === "b" ? Buffer.from(text, "base64") : quotedPrintable(text.replaceAll("_", " "));
    return decodeCharset(bytes, charset);
  });
}
