import { type ArmSummary, STANDARD_ARMS } from "@ltt/lottery";
import { MOST_ARMS } from "./arm-lines.ts";
import { html, Markup } from "./markup.ts";

/**
 * Of many arms, a box each that shows it in all charts or hides it: of a page without scripts. At first those of `STANDARD_ARMS` are shown, or else the first ones; the
 * tables have all. `undefined` where few arms need none.
 */
export function armToggles(arms: readonly ArmSummary[]): Markup | undefined {
  if (arms.length <= MOST_ARMS) return undefined;
  const standard = arms.filter(({ arm }) => STANDARD_ARMS.some((name) => name === arm));
  const shown = standard.length > 0 ? standard : arms.slice(0, MOST_ARMS);
  const boxes = arms.map(
    (one, i) =>
      html`<label><input type="checkbox" id="show-${i}"${new Markup(shown.includes(one) ? " checked" : "")}/>${one.label}</label>`,
  );
  return html`<fieldset class="arms"><legend>Arms in the charts; the tables have all ${arms.length}</legend>${boxes}</fieldset>`;
}

/** The rules by which a box hides its arm. */
export function toggleRules(arms: readonly ArmSummary[]): Markup | undefined {
  if (arms.length <= MOST_ARMS) return undefined;
  return new Markup(
    arms.map((_, i) => `main:has(#show-${i}:not(:checked)) .series-${i} { display: none; }\n`).join(""),
  );
}
