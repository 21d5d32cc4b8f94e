/**
 * The readable text of an HTML document: what scripts, styles, comments and tags leave. Character references stay: `cleanText`
 * decodes them, once, as in any text. Tags that only set type (`<b>`, `<font>`) vanish, since mail hides words as `V<b></b>iagra`;
 * others become a blank. Linear in the document.
 */
export function htmlText(html: string): string {
  const lower = html.toLowerCase();
  const parts: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    if (open === -1) break;
    parts.push(html.slice(at, open));
    at = markupEnd(html, lower, open);
    if (at === open) {
      parts.push("<");
      at++;
    } else if (!inline.test(html.slice(open, open + 12))) parts.push(" ");
  }
  parts.push(html.slice(at));
  return parts.join("");
}

const inline = /^<(?:!--|\/?(?:b|i|u|em|strong|font|span|big|small)\b)/i;

/** Behind the tag, comment or script at `open`; `open` itself where a `<` is only that. */
function markupEnd(html: string, lower: string, open: number): number {
  if (html.startsWith("!--", open + 1)) return behind(html, "-->", open);
  if (!/[A-Za-z/!?]/.test(html.charAt(open + 1))) return open;
  for (const name of ["script", "style"]) {
    if (lower.startsWith(name, open + 1)) return behind(html, ">", behindStart(lower, `</${name}`, open));
  }
  return behind(html, ">", open);
}

function behind(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? text.length : at + mark.length;
}

function behindStart(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? text.length : at;
}
