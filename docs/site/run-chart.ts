import { armLabel } from "@ltt/lottery";

const [WIDTH, HEIGHT] = [640, 300];
const PLOT = { left: 52, right: 16, top: 12, bottom: 44 };
/** Colours that the colour-blind can tell apart (Okabe & Ito), as classes of the site's style. */
const STYLES = 8;

interface Row {
  readonly arm: string;
  readonly round: number;
  readonly left: number;
  readonly accuracy: number;
}

/** Test accuracy against weights left, the mean over seeds of each arm and round, as an SVG with a legend. The dense network is round 0 of every arm. */
export function chartOf(metrics: string, run: string): string {
  const rows = rowsOf(metrics, run);
  const dense = rows.filter(({ arm }) => arm === "dense");
  const arms = [...new Set(rows.map(({ arm }) => arm))].filter((arm) => arm !== "dense");
  const lines = arms.map((arm) => meansOf([...dense, ...rows.filter((row) => row.arm === arm)]));
  const points = lines.flat();
  const low = Math.floor(20 * Math.min(...points.map(({ accuracy }) => accuracy))) / 20;
  const high = Math.ceil(20 * Math.max(...points.map(({ accuracy }) => accuracy))) / 20;
  const least = Math.log(Math.min(...points.map(({ left }) => left)));
  const x = (left: number) => PLOT.left + (Math.log(left) / least) * (WIDTH - PLOT.left - PLOT.right);
  const y = (accuracy: number) =>
    HEIGHT - PLOT.bottom - ((accuracy - low) / (high - low)) * (HEIGHT - PLOT.top - PLOT.bottom);

  const across = [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01].filter((left) => Math.log(left) >= least);
  const down = Array.from({ length: Math.round((high - low) * 20) + 1 }, (_, i) => low + i / 20);
  const text = (at: number, to: number, anchor: string, words: string) =>
    `<text x="${at.toFixed(1)}" y="${to.toFixed(1)}" text-anchor="${anchor}">${words}</text>`;
  const parts = [
    ...down.map((accuracy) => `<path class="rule" d="M${PLOT.left} ${y(accuracy).toFixed(1)}H${WIDTH - PLOT.right}"/>`),
    ...down.map((accuracy) => text(PLOT.left - 8, y(accuracy) + 4, "end", `${(100 * accuracy).toFixed(0)} %`)),
    ...across.map((left) => text(x(left), HEIGHT - 24, "middle", `${100 * left} %`)),
    text(WIDTH / 2, HEIGHT - 4, "middle", "weights left"),
    ...lines.map((line, i) => {
      const path = line.map(
        ({ left, accuracy }, at) => `${at === 0 ? "M" : "L"}${x(left).toFixed(1)} ${y(accuracy).toFixed(1)}`,
      );
      return `<path class="arm arm-${i % STYLES}" d="${path.join("")}"/>`;
    }),
  ];
  const legend = arms.map((arm, i) => `<li class="arm-${i % STYLES}">${armLabel(arm)}</li>`).join("");
  const title = `${run}: test accuracy against weights left, mean of ${new Set(dense.map(({ accuracy }) => accuracy)).size > 1 ? "seeds" : "one seed"}`;
  return `<figure class="run-chart"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">${parts.join("")}</svg><ul>${legend}</ul></figure>`;
}

/** @throws {Error} if a column is missing, or a number is none. */
function rowsOf(metrics: string, run: string): Row[] {
  const [head, ...lines] = metrics.trimEnd().split("\n");
  const columns = head!.split(",");
  const at = (name: string) => {
    const column = columns.indexOf(name);
    if (column < 0) throw new Error(`site: ${run}.metrics.csv has no column "${name}"`);
    return column;
  };
  const [arm, round, sparsity, accuracy] = [at("arm"), at("round"), at("sparsity"), at("testAccuracy")];
  return lines.map((line) => {
    const cells = line.split(",");
    const number = (column: number) => {
      const value = Number(cells[column]);
      if (cells[column] === "" || !Number.isFinite(value))
        throw new Error(`site: ${run}.metrics.csv: "${line}" lacks a number`);
      return value;
    };
    return { arm: cells[arm]!, round: number(round), left: 1 - number(sparsity), accuracy: number(accuracy) };
  });
}

/** One row a round, ascending: means over seeds. */
function meansOf(rows: readonly Row[]): Row[] {
  const rounds = [...new Set(rows.map(({ round }) => round))].sort((a, b) => a - b);
  return rounds.map((round) => {
    const those = rows.filter((row) => row.round === round);
    const mean = (of: (row: Row) => number) => those.reduce((sum, row) => sum + of(row), 0) / those.length;
    return { arm: those[0]!.arm, round, left: mean(({ left }) => left), accuracy: mean(({ accuracy }) => accuracy) };
  });
}
