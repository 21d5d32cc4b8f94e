import { type ArmSummary, STANDARD_ARMS } from "@ltt/lottery";
import { MOST_ARMS } from "./arm-lines.ts";
import { armClass } from "./chart-frame.ts";
import type { Labels } from "./labels.ts";
import { html, Markup } from "./markup.ts";

/**
 * A box for each arm that shows it in all charts or hides it, by rules alone. Of many arms at first those of `STANDARD_ARMS` are shown, or else the first ones; the tables have
 * all. `undefined` where there is one only.
 */
export function armToggles(arms: readonly ArmSummary[], labels: Labels): Markup | undefined {
  if (arms.length < 2) return undefined;
  const standard = arms.filter(({ arm }) => STANDARD_ARMS.some((name) => name === arm));
  const shown = arms.length <= MOST_ARMS ? arms : standard.length > 0 ? standard : arms.slice(0, MOST_ARMS);
  const boxes = arms.map(
    (one, i) =>
      html`<label><input type="checkbox" id="show-${i}"${new Markup(shown.includes(one) ? " checked" : "")}/><span class="swatch ${armClass(i).split(" ")[0]!}"></span>${labels.arm(one.arm)}</label>`,
  );
  return html`<fieldset class="arms"><legend>${labels.armsInCharts}</legend>${boxes}</fieldset>`;
}

/** The rules by which a box hides its arm. */
export function toggleRules(arms: readonly ArmSummary[]): Markup | undefined {
  if (arms.length < 2) return undefined;
  return new Markup(
    arms.map((_, i) => `main:has(#show-${i}:not(:checked)) .series-${i} { display: none; }\n`).join(""),
  );
}
