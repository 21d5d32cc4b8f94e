import type { Labels } from "./labels.ts";
import { html, type Markup } from "./markup.ts";
import { count, sparsityPercent } from "./numbers.ts";

/** Where the weights of one tensor are left: how dense each field of a grid over it is. */
export interface MaskPicture {
  readonly tensor: string;
  /** What lies along the sides: `[rows, columns]`. */
  readonly axes: readonly [string, string];
  readonly rows: number;
  readonly columns: number;
  /** A digit a field, row by row: 0 for no weight, 8 for the densest field. */
  readonly cells: string;
  /** The fraction of its weights that the densest field has. */
  readonly densest: number;
}

/** The mask of one ticket, drawn, and the words whose rows it keeps. */
export interface TicketMask {
  readonly seed: number;
  readonly round: number;
  readonly sparsity: number;
  readonly pictures: readonly MaskPicture[];
  /** Of texts: words by how many of their row's weights are left, and how many have none. */
  readonly words?: {
    readonly most: readonly { readonly word: string; readonly kept: number }[];
    /** Weights of a row. */
    readonly of: number;
    readonly gone: number;
    readonly rows: number;
  };
}

const CELL = 5;

/** A picture of every tensor, the darker the denser, and the surviving words: of each ticket a part that folds. */
export function maskPictures(
  masks: readonly TicketMask[],
  labels: Labels,
  warning: readonly Markup[] = [],
): Markup | undefined {
  if (masks.length === 0) return undefined;
  return html`<section><h2>${labels.masks}</h2><p class="caption">${labels.masksCaption}${warning}</p>${masks.map(
    ({ seed, round, sparsity, pictures, words }, i) => {
      const title = `${labels.arm("winning-ticket")}, ${labels.seed} ${seed}, ${labels.round(round)}, ${labels.sparse(sparsityPercent(sparsity))}`;
      const open = html`<summary>${title}</summary><div class="masks">${pictures.map((picture, j) => draw(picture, `mask-${i}-${j}`))}</div>${
        words &&
        html`<p>${labels.wordsLeft(count(words.rows - words.gone), count(words.rows))} ${words.most.map(({ word, kept }, at) => html`${at === 0 ? "" : ", "}<b>${word}</b> (${kept}/${words.of})`)}.</p>`
      }`;
      return i === masks.length - 1 ? html`<details open="">${open}</details>` : html`<details>${open}</details>`;
    },
  )}</section>`;
}

function draw({ tensor, axes, rows, columns, cells, densest }: MaskPicture, id: string): Markup {
  const shades = Array.from({ length: 8 }, (_, i) => String(i + 1)).map((digit) => {
    const runs: string[] = [];
    for (let row = 0; row < rows; row++) {
      const line = cells.slice(row * columns, (row + 1) * columns);
      for (const { 0: run, index } of line.matchAll(new RegExp(`${digit}+`, "g")))
        runs.push(`M${index * CELL},${row * CELL}h${run.length * CELL}v${CELL}h${-run.length * CELL}z`);
    }
    return runs.length === 0
      ? undefined
      : html`<path fill-opacity="${(Number(digit) / 8).toFixed(2)}" d="${runs.join("")}"/>`;
  });
  const [width, height] = [columns * CELL, rows * CELL];
  return html`<figure class="mask"><svg class="mask-picture" viewBox="0 0 ${width} ${height}" style="max-width:${width}px" role="img" aria-labelledby="${id}-title"><title id="${id}-title">${tensor}: ${axes[0]} × ${axes[1]}</title><rect class="ground" width="${width}" height="${height}"/>${shades}</svg><figcaption><b>${tensor}</b> ↓ ${axes[0]}, → ${axes[1]}; ≤ ${sparsityPercent(densest)}</figcaption></figure>`;
}
