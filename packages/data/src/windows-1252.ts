/**
 * The characters of the bytes 0x80–0x9f in windows-1252 (encoding.spec.whatwg.org, index windows-1252). The five bytes that
 * nothing is assigned to stand for the C1 control characters of their own number.
 */
export const windows1252 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/**
 * Bytes as windows-1252, which reads any byte.
 *
 * Not by `TextDecoder`, which on some Nodes (20.20) reads 0x80–0x9f as Latin-1 and on others (22.23, 24.22) as the standard says.
 */
export function decodeWindows1252(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  return latin1.replace(/[\x80-\x9f]/g, (control) => windows1252.charAt(control.charCodeAt(0) - 0x80));
}

/** Whether the standard calls this windows-1252: `iso-8859-1` and `us-ascii` too. Blanks around it and case do not matter. */
export function isWindows1252(label: string): boolean {
  return labels.has(label.trim().toLowerCase());
}

/** encoding.spec.whatwg.org, “Names and labels”. */
const labels: ReadonlySet<string> = new Set(
  (
    "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 " +
    "iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252"
  ).split(" "),
);
