import { CASES } from "./cases.ts";
import { type Figure, measure } from "./measure.ts";
import { naive, ours, type Side, tensorflow } from "./sides.ts";

// The address may say what to do without a click: ?auto&only=NAME&side=NAME&seconds=N

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const query = new URLSearchParams(location.search);
const seconds = Number(query.get("seconds") ?? 5);
const cases = CASES.filter(({ name }) => name.includes(query.get("only") ?? ""));
const absent: string[] = [];

async function opened(name: string, open: () => Promise<Side>): Promise<Side[]> {
  if (!name.includes(query.get("side") ?? "")) return [];
  return open().then(
    (side) => [side],
    (error: Error) => {
      absent.push(`${name}: ${error.message}`);
      return [];
    },
  );
}

const sides = [
  ...(await opened("@ltt/gpu, webgpu", () => ours("webgpu"))),
  ...(await opened("TensorFlow.js, webgpu", () => tensorflow("webgpu"))),
  ...(await opened("js-pytorch, webgpu", () => naive("webgpu"))),
  ...(await opened("@ltt/gpu, webgl2", () => ours("webgl2"))),
  ...(await opened("TensorFlow.js, webgl", () => tensorflow("webgl"))),
  ...(await opened("js-pytorch, webgl2", () => naive("webgl2"))),
];
element("adapters").textContent = [...sides.map(({ name, adapter }) => `${name}: ${adapter}`), ...absent].join(" · ");

async function run(): Promise<void> {
  element<HTMLButtonElement>("start").disabled = true;
  const figures: Figure[] = [];
  for (const one of cases) {
    element("status").textContent = `${one.name} …`;
    const able = sides.filter(({ only = one.kind }) => only === one.kind);
    figures.push(...(await measure(one, able, seconds)));
    show(figures);
  }
  element("status").textContent = "";
  const result = JSON.stringify({ userAgent: navigator.userAgent, date: new Date().toISOString(), absent, figures });
  const download = element<HTMLButtonElement>("download");
  download.disabled = false;
  download.onclick = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([result], { type: "application/json" }));
    link.download = "ltt-gpu-kernels.json";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  element<HTMLButtonElement>("start").disabled = false;
  console.log(result);
}

function show(figures: readonly Figure[]): void {
  const rows = figures.map(({ name, side, resident, transfer, gflops }) => [
    ...[name, side, gflops.toPrecision(3)],
    ...[resident, transfer].map(([median, low, high]) => `${ms(median)} (${ms(low)}–${ms(high)})`),
  ]);
  const table = element<HTMLTableElement>("table");
  table.replaceChildren();
  for (const cells of [["kernel", "side", "GFLOP/s", "resident, ms", "with transfer, ms"], ...rows]) {
    const row = table.insertRow();
    for (const cell of cells) row.insertCell().textContent = cell;
  }
  element("chart").innerHTML = chart(figures);
}

const ms = (value: number) => value.toPrecision(3);

/** A bar for each figure: GFLOP/s on a common scale. */
function chart(figures: readonly Figure[]): string {
  const best = Math.max(...figures.map(({ gflops }) => gflops));
  const names = [...new Set(figures.map(({ side }) => side))];
  const colours = ["#1b6ca8", "#e08a1e", "#4a9d5b", "#5aa9d6", "#f2c078", "#9dcea7"];
  const bars = figures.map(({ name, side, gflops }, i) => {
    const y = 20 * i;
    const width = (400 * gflops) / best;
    return (
      `<text x="290" y="${y + 14}" text-anchor="end">${name}</text>` +
      `<rect x="300" y="${y + 3}" width="${width}" height="14" fill="${colours[names.indexOf(side)]}"/>` +
      `<text x="${305 + width}" y="${y + 14}">${gflops.toPrecision(3)}</text>`
    );
  });
  const legend = names.map(
    (name, i) =>
      `<rect x="${10 + 300 * (i % 3)}" y="${20 * figures.length + 10 + 20 * Math.floor(i / 3)}" width="12" height="12" fill="${colours[i]}"/>` +
      `<text x="${27 + 300 * (i % 3)}" y="${20 * figures.length + 20 + 20 * Math.floor(i / 3)}">${name}</text>`,
  );
  return `<svg viewBox="0 0 940 ${20 * figures.length + 50}" role="img" aria-label="GFLOP/s">${bars.join("")}${legend.join("")}</svg>`;
}

if (sides.length === 0) element("status").textContent = "There is nothing to measure.";
else if (query.has("auto")) await run();
else {
  const start = element<HTMLButtonElement>("start");
  start.disabled = false;
  start.onclick = () => void run();
}
