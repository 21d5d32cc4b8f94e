import type { Inspection, MaskOverlap } from "@ltt/lottery";
import { count as anInteger, checkFields, finite, type Kinds, list, object, text } from "@ltt/lottery/arguments";
import type { Labels } from "./labels.ts";
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
export function inspectionSection(inspections: readonly InspectedNetwork[], labels: Labels): Markup | undefined {
  if (inspections.length === 0) return undefined;
  return html`<section><h2>${labels.inside}</h2>${inspections.map((one) => inspected(one, labels))}
<p>${labels.insideCaption}</p></section>`;
}

function inspected(
  { arm, seed, round, accuracy, movement, layers, inDense, siblings, overlaps }: InspectedNetwork,
  labels: Labels,
): Markup {
  const name = round === 0 ? labels.arm(arm) : labels.inRound(labels.arm(arm), round);
  const others = Object.keys(layers[0]?.accuracy ?? {});
  const heads = [labels.layer, labels.weights, ...others.map((what) => labels.putBackTo(what))];
  const moved = [
    movedWords("all", movement.all, labels),
    ...(inDense === undefined
      ? []
      : [movedWords("kept", inDense.kept, labels), movedWords("others", inDense.others, labels)]),
  ];
  return html`<h3>${labels.ofSeed(name, seed)}</h3>
<p>${moved.join(" ")}</p>
<div class="wide" tabindex="0"><table><caption>${labels.layersPutBack(percent(accuracy))}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${layers.map(
    (layer) =>
      html`<tr><th scope="row">${layer.layer}</th><td>${count(layer.stored)}</td>${others.map(
        (what) =>
          html`<td>${percent(layer.accuracy[what]!)} (${points(layer.accuracy[what]! - accuracy, labels)})</td>`,
      )}</tr>`,
  )}</tbody></table></div>
${siblings === undefined ? undefined : connected(siblings, labels)}
${overlaps.length === 0 ? undefined : html`<p>${labels.overlaps(overlaps.map(overlapWords))}</p>`}`;
}

function overlapWords({ seed, jaccard, byChance }: InspectedNetwork["overlaps"][number]) {
  return { seed, jaccard: jaccard.toFixed(3), byChance: byChance.toFixed(3) };
}

function movedWords(
  who: keyof Labels["movers"],
  { relative, mean, grew, keptSign }: Inspection["movement"]["all"],
  labels: Labels,
): string {
  return labels.moved({
    who: labels.movers[who],
    mean: mean.toPrecision(3),
    relative: relative === null ? undefined : trim(relative),
    grew: percent(grew, 1),
    keptSign: keptSign === null ? undefined : percent(keptSign, 1),
  });
}

const [WIDTH, HEIGHT] = [320, 90];

/** The errors on the line between two copies, as a picture and a sentence. */
function connected({ points: found, barrier, step }: NonNullable<Inspection["siblings"]>, labels: Labels): Markup {
  const errors = found.map(({ error }) => error);
  const [low, high] = [Math.min(...errors), Math.max(...errors)];
  const place = ({ alpha, error }: { alpha: number; error: number }) =>
    `${(alpha * WIDTH).toFixed(1)},${(HEIGHT * (1 - (error - low) / (high - low || 1))).toFixed(1)}`;
  const said = labels.copies({
    ...{ step, barrier: points(barrier, labels), worst: percent(high), places: errors.length },
    ends: [percent(errors[0]!), percent(errors.at(-1)!)],
  });
  return html`<figure><svg viewBox="-4 -4 ${WIDTH + 8} ${HEIGHT + 8}" width="${WIDTH}" role="img" aria-label="${said}"><polyline fill="none" stroke="currentColor" stroke-width="2" points="${found.map(place).join(" ")}"/></svg><figcaption>${said}</figcaption></figure>`;
}

function points(difference: number, labels: Labels): string {
  const shown = (100 * difference).toFixed(2);
  return labels.pointsApart(`${Number(shown) > 0 ? "+" : ""}${shown.replace("-", "−")}`);
}
