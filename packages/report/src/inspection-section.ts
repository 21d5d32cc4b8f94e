import { armLabel, type Inspection, type MaskOverlap } from "@ltt/lottery";
import { count as anInteger, checkFields, finite, type Kinds, list, object, text } from "@ltt/lottery/arguments";
import { html, type Markup } from "./markup.ts";
import { count, percent, trim } from "./numbers.ts";

/** What a look inside a network of the run found; see `inspectNetwork`. */
export interface InspectedNetwork extends Inspection {
  readonly arm: string;
  readonly seed: number;
  readonly round: number;
  readonly node: string;
  /** How alike its mask is to those of the same arm and round under other seeds. */
  readonly overlaps: readonly (MaskOverlap & { readonly seed: number })[];
}

const KINDS: Kinds<Omit<InspectedNetwork, "inDense" | "siblings">> = {
  arm: text,
  seed: anInteger,
  round: anInteger,
  node: text,
  accuracy: finite,
  movement: object,
  layers: list,
  overlaps: list,
};

/** @throws {TypeError | RangeError} if one lacks a part, as JSON may. */
export function checkInspections(where: string, inspections: readonly InspectedNetwork[]): void {
  for (const [i, one] of inspections.entries()) checkFields(where, `inspections[${i}]`, one, KINDS);
}

/** A section of the report: movement, layer importance, copies and the line between them, overlap between seeds. */
export function inspectionSection(inspections: readonly InspectedNetwork[]): Markup | undefined {
  if (inspections.length === 0) return undefined;
  return html`<section><h2>Looking inside</h2>${inspections.map(inspected)}
<p>Layers put back: one layer of the trained network has its first or fresh weights, the others stay (Zhang et al. 2019); a difference near 0 says that it has learnt nothing that the network needs.
The barrier is the greatest error between two copies that were trained from the same weights with other noise, minus the mean of their errors; below 2 points they are linearly connected (Frankle et al. 2020).</p></section>`;
}

function inspected({
  arm,
  seed,
  round,
  accuracy,
  movement,
  layers,
  inDense,
  siblings,
  overlaps,
}: InspectedNetwork): Markup {
  const name = round === 0 ? armLabel(arm) : `${armLabel(arm)}, round ${round}`;
  const others = Object.keys(layers[0]?.accuracy ?? {});
  const heads = ["layer", "weights", ...others.map((what) => `put back to ${what}`)];
  return html`<h3>${name}, seed ${seed}</h3>
<p>${movedWords("Its weights", movement.all)}${
    inDense === undefined
      ? ""
      : ` In the dense network: ${movedWords("those that it kept", inDense.kept)} ${movedWords("The others", inDense.others)}`
  }</p>
<div class="wide"><table><caption>Test accuracy with one layer put back, and the difference to ${percent(accuracy)}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${layers.map(
    (layer) =>
      html`<tr><th scope="row">${layer.layer}</th><td>${count(layer.stored)}</td>${others.map(
        (what) => html`<td>${percent(layer.accuracy[what]!)} (${points(layer.accuracy[what]! - accuracy)})</td>`,
      )}</tr>`,
  )}</tbody></table></div>
${siblings === undefined ? undefined : connected(siblings)}
${
  overlaps.length === 0
    ? undefined
    : html`<p>Mask shared with other seeds (Jaccard; by chance): ${overlaps
        .map((one) => `seed ${one.seed} ${one.jaccard.toFixed(3)} (${one.byChance.toFixed(3)})`)
        .join(", ")}.</p>`
}`;
}

function movedWords(who: string, { relative, mean, grew, keptSign }: Inspection["movement"]["all"]): string {
  const distance = relative === null ? "" : `, ${trim(relative)} times the norm that they began with`;
  const signs = keptSign === null ? "" : `, ${percent(keptSign, 1)} kept their sign`;
  return `${who} moved by ${mean.toPrecision(3)} on average${distance}; ${percent(grew, 1)} grew${signs}.`;
}

const [WIDTH, HEIGHT] = [320, 90];

/** The errors on the line between two copies, as a picture and a sentence. */
function connected({ points: found, barrier, step }: NonNullable<Inspection["siblings"]>): Markup {
  const errors = found.map(({ error }) => error);
  const [low, high] = [Math.min(...errors), Math.max(...errors)];
  const place = ({ alpha, error }: { alpha: number; error: number }) =>
    `${(alpha * WIDTH).toFixed(1)},${(HEIGHT * (1 - (error - low) / (high - low || 1))).toFixed(1)}`;
  const from = step === 0 ? "its start" : `its weights after step ${count(step)}`;
  const said = `Two copies from ${from}: barrier ${points(barrier)}; error ${percent(errors[0]!)} and ${percent(errors.at(-1)!)} at the ends, ${percent(high)} at the worst of ${errors.length} places.`;
  return html`<figure><svg viewBox="-4 -4 ${WIDTH + 8} ${HEIGHT + 8}" width="${WIDTH}" role="img" aria-label="${said}"><polyline fill="none" stroke="currentColor" stroke-width="2" points="${found.map(place).join(" ")}"/></svg><figcaption>${said}</figcaption></figure>`;
}

function points(difference: number): string {
  const shown = (100 * difference).toFixed(2);
  return `${Number(shown) > 0 ? "+" : ""}${shown.replace("-", "−")} points`;
}
