/**
 * The look of charts. Colours are Okabe & Ito's, which people of every colour vision can tell apart; on dark ground, where blue and
 * vermillion sink, their lighter neighbours stand in.
 */
export const LIGHT: Palette = {
  ground: "#fff",
  ink: "#1b1f24",
  faint: "#626a73",
  rule: "#d9dde2",
  soft: "#f5f6f8",
  good: "#00704f",
  bad: "#b03a00",
  arm0: "#0072b2",
  arm1: "#d55e00",
  arm2: "#009e73",
  arm3: "#cc79a7",
  arm4: "#e69f00",
  arm5: "#56b4e9",
  arm6: "#8a7b00",
};

export const DARK: Palette = {
  ground: "#14171b",
  ink: "#e6e8eb",
  faint: "#9aa3ad",
  rule: "#343a42",
  soft: "#1d2126",
  good: "#3fc79a",
  bad: "#ff9a5c",
  arm0: "#56b4e9",
  arm1: "#f0803c",
  arm2: "#2ec795",
  arm3: "#e093bd",
  arm4: "#f0c04a",
  arm5: "#8fd0ff",
  arm6: "#f0e442",
};

export type Palette = Readonly<
  Record<"ground" | "ink" | "faint" | "rule" | "soft" | "good" | "bad" | `arm${0 | 1 | 2 | 3 | 4 | 5 | 6}`, string>
>;

/** One flat list of rules, no media queries: `plainRules` reads it. A class that sets `--arm` or `--standing` colours what is in it. */
export const chartRules: string = `
.chart { font: 11.5px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
.chart text { fill: var(--ink); } .chart .tick { fill: var(--faint); font-variant-numeric: tabular-nums; } .chart .axis { font-size: 12.5px; }
.chart .faint, .chart tspan.faint { fill: var(--faint); opacity: .8; }
.grid { stroke: var(--rule); stroke-width: 1; fill: none; opacity: .75; } .axis-line { stroke: var(--faint); stroke-width: 1; fill: none; }
.arm-0 { --arm: var(--arm0); } .arm-1 { --arm: var(--arm1); } .arm-2 { --arm: var(--arm2); } .arm-3 { --arm: var(--arm3); }
.arm-4 { --arm: var(--arm4); } .arm-5 { --arm: var(--arm5); } .arm-6 { --arm: var(--arm6); }
.arm-none { --arm: var(--faint); opacity: .55; } .arm-dense { --arm: var(--ink); }
.line { stroke: var(--arm); stroke-width: 2; fill: none; stroke-linejoin: round; }
.later .line, .later.line { stroke-dasharray: 7 3; }
.thin { stroke: var(--arm); stroke-width: 1.25; fill: none; opacity: .75; }
.band { fill: var(--arm); opacity: .15; } .run { fill: var(--arm); opacity: .4; }
.point, .key { fill: var(--arm); stroke: var(--ground); stroke-width: 1.2; }
.dense { stroke: var(--ink); stroke-width: 1.4; stroke-dasharray: 1 4; stroke-linecap: round; fill: none; }
.winner path { stroke: var(--good); stroke-width: 1.5; } .chart .winner text { fill: var(--good); font-weight: 600; }
.point.hollow { fill: var(--ground); stroke: var(--arm); stroke-width: 1.8; }
.zero { stroke: var(--ink); stroke-width: 1.2; fill: none; } .margin { stroke: var(--faint); stroke-width: 1.2; stroke-dasharray: 5 4; fill: none; }
.bar { stroke: var(--standing); stroke-width: 2; fill: none; } .mean { fill: var(--standing); } .standing-undecided { --standing: var(--faint); } .standing-supported { --standing: var(--good); } .standing-refuted { --standing: var(--bad); }
.curve { stroke: var(--arm); stroke-width: 1.4; fill: none; stroke-linejoin: round; } .stop { fill: var(--arm); }
.chart .panel-title { font-weight: 600; } .chart .warning { fill: var(--bad); font-weight: 600; }
`;

interface Rule {
  readonly selectors: readonly string[];
  readonly declarations: readonly string[];
}

/**
 * The rules of a chart without custom properties, of which many programs that draw SVG know nothing (librsvg, Inkscape, most of LaTeX's):
 * every `var(--…)` is the light colour that it stands for, once for each class of the drawing that sets it.
 */
export function plainRules(drawing: string): string {
  const rules = Array.from(
    chartRules.matchAll(/([^{}]+)\{([^{}]*)\}/g),
    ([, selectors, body]): Rule => ({
      selectors: selectors!.split(",").map((one) => one.trim()),
      declarations: body!.split(";").flatMap((one) => (one.trim() === "" ? [] : [one.trim()])),
    }),
  );
  const settings = rules.flatMap(({ selectors, declarations }) =>
    declarations.flatMap((declaration) => {
      const [, name, value] = /^--(\w+): (.*)$/.exec(declaration) ?? [];
      return name === undefined ? [] : selectors.map((where) => ({ where, name, value: value! }));
    }),
  );
  const there = settings.filter(({ where }) => new RegExp(`["\\s]${where.slice(1)}["\\s]`).test(drawing));
  return rules
    .flatMap(({ selectors, declarations }) => {
      const set = declarations.filter((declaration) => !declaration.startsWith("--"));
      const [, name] = /var\(--(arm|standing)\)/.exec(set.join()) ?? [];
      if (set.length === 0) return [];
      if (name === undefined) return [written(selectors, set)];
      return there
        .filter((setting) => setting.name === name)
        .map(({ where, value }) =>
          written(
            selectors.flatMap((selector) => [`${where} ${selector}`, `${where}${selector}`]),
            set.map((declaration) => declaration.replaceAll(`var(--${name})`, value)),
          ),
        );
    })
    .join("\n");
}

function written(selectors: readonly string[], declarations: readonly string[]): string {
  const body = declarations.join("; ").replaceAll(/var\(--(\w+)\)/g, (_, name) => LIGHT[name as keyof Palette]);
  return `${selectors.join(", ")} { ${body}; }`;
}
