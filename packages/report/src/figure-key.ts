import { html, type Markup } from "./markup.ts";
import { wrap } from "./wrap.ts";

/** One line of a key: a sample of what is drawn, 30 × 14 pixels, and what it is. */
export interface KeyEntry {
  readonly sample: Markup;
  readonly label: string;
}

const [ROW, SAMPLE, GAP] = [20, 37, 22];

/** The key to a figure that stands alone, and what must be said under it, below `top`; rows wrap at `width`. @returns with its height. */
export function figureKey(
  entries: readonly KeyEntry[],
  warnings: readonly string[],
  { left, top, width }: { readonly left: number; readonly top: number; readonly width: number },
): { readonly content: Markup; readonly height: number } {
  let [x, y] = [left, top];
  const drawn = entries.map(({ sample, label }) => {
    const wide = SAMPLE + widthOf(label);
    if (x > left && x + wide > width) [x, y] = [left, y + ROW];
    const entry = html`<g transform="translate(${Math.round(x)},${y})">${sample}<text class="axis" x="${SAMPLE}" y="11">${label}</text></g>`;
    x += wide + GAP;
    return entry;
  });
  const below = entries.length === 0 ? top : y + ROW;
  const lines = warnings.flatMap((words) => wrap(words, Math.floor((width - left) / widthOf("m"))));
  const said = lines.map(
    (words, i) => html`<text class="warning" x="${left}" y="${below + 14 + ROW * i}">${words}</text>`,
  );
  return { content: html`<g>${drawn}${said}</g>`, height: below - top + ROW * lines.length };
}

/** About how wide a text is in sans serif of 12.5 pixels; what is written in syllables or ideographs is as wide as high. */
function widthOf(text: string): number {
  return Array.from(text).reduce((sum, sign) => sum + (sign > "\u1100" ? 12.5 : 6.9), 0);
}
