/** Colours that the colour-blind can tell apart (Okabe & Ito 2008), on white and on black. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#7f7f7f"];

export const COLOUR_COUNT: number = COLOURS.length;

/** Standing alone a chart follows the reader's scheme; the site leaves this out and has its own. */
const STYLE = [
  "text{font:13px sans-serif;fill:#222}.rule{stroke:#ccc}.one{stroke:#555}.ideal{stroke:#777;stroke-dasharray:4 4;fill:none}",
  ...COLOURS.map((colour, i) => `.mark-${i}{stroke:${colour};fill:${colour}}.line.mark-${i}{fill:none}`),
  "text[class]{stroke:none}.line{stroke-width:2}.ground{fill:#fff}",
  "@media(prefers-color-scheme:dark){text{fill:#ddd}.rule{stroke:#444}.one{stroke:#aaa}.ground{fill:#1b1b1f}}",
].join("");

/** A chart as a file of its own. Its title is what a screen reader says. */
export function chartFile(title: string, width: number, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

export function text(
  x: number,
  y: number,
  words: string,
  anchor: "start" | "middle" | "end" = "start",
  mark = "",
): string {
  const style = mark === "" ? "" : ` class="${mark}"`;
  return `<text${style} x="${tenth(x)}" y="${tenth(y)}" text-anchor="${anchor}">${escaped(words)}</text>`;
}

export function line(style: string, x1: number, y1: number, x2: number, y2: number): string {
  return `<path class="${style}" d="M${tenth(x1)} ${tenth(y1)}L${tenth(x2)} ${tenth(y2)}"/>`;
}

export function tenth(value: number): string {
  return value.toFixed(1);
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
