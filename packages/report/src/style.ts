import { chartRules, DARK, LIGHT, type Palette } from "./chart-style.ts";
import { Markup } from "./markup.ts";

/** The page's look. Print is always light: the dark rules are for screens only. */
export const style: Markup = new Markup(`
:root { color-scheme: light dark; ${properties(LIGHT)} }
@media screen and (prefers-color-scheme: dark) { :root { ${properties(DARK)} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif; }
main { max-width: 1040px; margin: 0 auto; padding: 40px 36px 64px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -.01em; }
h2 { font-size: 20px; margin: 44px 0 6px; }
p { margin: 6px 0 10px; max-width: 76ch; }
.kicker, figcaption, .caption, .legend, .notes, .audited, .slider, .readout, table, summary { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
.kicker { color: var(--faint); font-size: 13px; letter-spacing: .02em; margin-bottom: 14px; }
.kicker b { color: var(--ink); font-weight: 600; }
.notes { margin: 14px 0; padding: 8px 14px; background: var(--soft); border-left: 3px solid var(--arm4); font-size: 13.5px; }
.notes h2 { font-size: 13.5px; margin: 0 0 2px; } .notes ul { margin: 0; padding-left: 18px; } .audited { font-size: 14px; }
.verdict { margin: 22px 0 8px; padding: 4px 0 4px 18px; border-left: 4px solid var(--faint); }
.verdict.found { border-color: var(--good); }
.verdict.audit-failed { border-color: var(--bad); } .verdict.audit-failed p:first-child { color: var(--bad); }
.verdict p:first-child { font-size: 21px; line-height: 1.35; font-weight: 600; }
figure { margin: 10px 0 0; break-inside: avoid; }
figcaption, .caption { color: var(--faint); font-size: 13px; line-height: 1.5; max-width: 100ch; margin-top: 4px; }
.chart { display: block; width: 100%; height: auto; } .point:hover { stroke: var(--ink); } .faint { color: var(--faint); }${chartRules}.warning { color: var(--bad); font-weight: 600; }
.arms { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 28px 0 -20px; padding: 6px 12px; background: var(--ground); border: 1px solid var(--rule); font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; max-height: 30vh; overflow: auto; }
.arms legend { color: var(--faint); } .arms label { display: inline-flex; align-items: center; gap: 5px; padding: 3px 0; } .swatch { width: 26px; height: 12px; }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 290px), 1fr)); gap: 10px 14px; } .wide-multiples { grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
.column rect { fill: transparent; } .guide { stroke: var(--ink); stroke-width: 1; opacity: 0; fill: none; } .column.on .guide { opacity: .35; }
.holder { position: relative; } .readout { position: absolute; top: 8%; z-index: 1; display: grid; gap: 1px; padding: 5px 9px; background: var(--ground); border: 1px solid var(--faint); font-size: 12px; pointer-events: none; max-width: min(92%, 340px); } .readout:empty { padding: 0; border: 0; }
.readout span { border-left: 3px solid var(--arm); padding-left: 6px; }
.masks { display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: flex-end; } .mask { margin: 4px 0; max-width: 100%; min-width: 0; flex: 0 1 auto; } .mask-picture { display: block; width: 100%; min-width: 60px; fill: var(--arm0); } .mask-picture .ground { fill: var(--soft); stroke: var(--rule); }
.paper { display: none; } .round { display: none; } .round.shown { display: inline; }
.slider { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; max-width: none; font-size: 13.5px; } .slider input { flex: 1 1 220px; max-width: 480px; } .slider output { font-weight: 600; }
:focus-visible { outline: 2px solid var(--arm0); outline-offset: 2px; } code { font-size: 12px; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 8px 0 10px; padding: 0; font-size: 13px; }
.legend li { display: flex; align-items: center; gap: 7px; opacity: 1; } .legend svg { width: 30px; height: 14px; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 12.5px; margin: 10px 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--faint); padding-bottom: 5px; }
th, td { padding: 3px 9px; text-align: right; border-bottom: 1px solid var(--rule); font-weight: 400; white-space: nowrap; }
thead th { color: var(--faint); border-bottom-color: var(--faint); } th[scope=row], thead th:first-child { text-align: left; }
.words { text-align: left; white-space: normal; overflow-wrap: anywhere; } tr.chosen td, tr.chosen th { font-weight: 700; color: var(--good); }
tbody + tbody tr:first-child > * { border-top: 1px solid var(--faint); }
.heat { font-size: 11px; } .heat th, .heat td { padding: 3px 5px; } .heat .group > * { font-weight: 600; } .heat .tensor th { padding-left: 16px; }
.heat td[style] { background: color-mix(in srgb, var(--arm0) calc(var(--kept) * 42%), transparent); }
td.supported, tr.supported td:nth-child(3) { color: var(--good); } td.refuted, tr.refuted td:nth-child(3) { color: var(--bad); }
.passed { color: var(--good); } .failed { color: var(--bad); font-weight: 700; }
details { margin: 8px 0; } summary { cursor: pointer; font-size: 13.5px; color: var(--faint); }
footer { margin-top: 48px; color: var(--faint); font-size: 13px; }
@media screen and (max-width: 720px) { main { padding: 20px 14px 40px; } h1 { font-size: 24px; } .verdict p:first-child { font-size: 18px; }
  figure { overflow-x: auto; } figure > .chart, figure > .holder { min-width: 640px; } figure > .holder > .readout { max-width: 240px; } }
@media print { @page { size: A4; margin: 14mm 13mm; } main { max-width: none; padding: 0; } body { font-size: 10pt; line-height: 1.4; } h1 { font-size: 18pt; } h2 { font-size: 13pt; margin: 14px 0 2px; break-after: avoid; }
  .verdict { margin: 8px 0; } .verdict p:first-child { font-size: 13pt; } p { margin: 3px 0 5px; } figcaption, .caption, .notes, .audited, .legend { font-size: 8pt; } .legend { margin: 3px 0; }
  .paper { display: inline; } .screen, .arms, .slider input, .readout, details { display: none; } .multiples { grid-template-columns: repeat(4, 1fr); gap: 4px; } .wide-multiples { grid-template-columns: repeat(3, 1fr); }
  .chart { break-inside: avoid; } figure > .chart, figure > .holder { max-width: 150mm; } .learning figure { display: inline-block; width: 49%; } .learning figure > .chart, .learning figure > .holder { max-width: none; }
  .wide { overflow: visible; } table { font-size: 7.5px; margin: 4px 0; } th, td { padding: 1px 4px; } .heat { font-size: 7px; } .heat th, .heat td { padding: 1px 2px; } tr { break-inside: avoid; } footer { margin-top: 14px; font-size: 8pt; }
  .band, .heat td, .swatch { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`);

function properties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(" ");
}
