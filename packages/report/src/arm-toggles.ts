import { type ArmSummary, STANDARD_ARMS } from "@ltt/lottery";
import { MOST_ARMS } from "./arm-lines.ts";
import { armClass, marker } from "./chart-frame.ts";
import type { Labels } from "./labels.ts";
import { html, Markup } from "./markup.ts";

/**
 * A box for each arm that shows it in all charts or hides it, by rules alone. Of many arms at first the foremost are shown; the tables have
 * all. `undefined` where there is one only.
 */
export function armToggles(arms: readonly ArmSummary[], labels: Labels): Markup | undefined {
  if (arms.length < 2) return undefined;
  const shown = foremost(arms);
  const boxes = arms.map(
    (one, i) =>
      html`<label><input type="checkbox" id="show-${i}"${new Markup(shown.includes(one) ? " checked" : "")}/><svg class="swatch ${armClass(i).replace(`series-${i}`, "")}" viewBox="0 0 30 14" aria-hidden="true"><path class="line" d="M1,7H29"/>${marker(i, 15, 7, "key")}</svg>${labels.arm(one.arm)}</label>`,
  );
  return html`<fieldset class="arms"><legend>${labels.armsInCharts}</legend>${boxes}</fieldset>`;
}

/** Arms that are read first: all of a few, of many those of `STANDARD_ARMS`, or else the first ones. */
export function foremost(arms: readonly ArmSummary[]): readonly ArmSummary[] {
  if (arms.length <= MOST_ARMS) return arms;
  const standard = arms.filter(({ arm }) => STANDARD_ARMS.some((name) => name === arm));
  return standard.length > 0 ? standard : arms.slice(0, MOST_ARMS);
}

/** The rules by which a box hides its arm. */
export function toggleRules(arms: readonly ArmSummary[]): Markup | undefined {
  if (arms.length < 2) return undefined;
  return new Markup(
    arms.map((_, i) => `main:has(#show-${i}:not(:checked)) .series-${i} { display: none; }\n`).join(""),
  );
}
