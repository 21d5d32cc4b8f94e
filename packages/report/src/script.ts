/**
 * What a page does when scripts run: pointing at a round, or the arrow keys on a chart, tells its values in every chart; the slider chooses
 * whose learning curves are shown. Without scripts the same values are titles of the columns, and the curves those of one round. It reads
 * nothing but the page.
 *
 * Each chart has a status beside it, always there and empty until something is told: screen readers announce only changes of an element that
 * they know. That of the chart with the focus is announced; all of them at once would be a flood.
 */
export const script = `
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const isShown = (arm) => arm < 0 || (document.getElementById("show-" + arm)?.checked ?? true);
  const charts = all("svg.chart").filter((svg) => svg.querySelector(".column"));
  for (const svg of charts) {
    const readout = document.createElement("div");
    readout.className = "readout";
    readout.setAttribute("role", "status");
    readout.setAttribute("aria-live", "off");
    const holder = document.createElement("div");
    holder.className = "holder " + [...svg.classList].filter((name) => name.startsWith("series-")).join(" ");
    svg.replaceWith(holder);
    holder.append(svg, readout);
    svg.tabIndex = 0;
    for (const title of all(".column title", svg)) {
      title.parentNode.parentNode.dataset.text = title.textContent;
      title.remove();
    }
  }
  const tell = (round) => {
    for (const svg of charts) {
      const readout = svg.nextElementSibling;
      readout.setAttribute("aria-live", svg === document.activeElement ? "polite" : "off");
      const own = all(".column", svg);
      const column = own.find((one) => Number(one.dataset.round) === round);
      for (const one of own) one.classList.toggle("on", one === column);
      if (!column) {
        readout.replaceChildren();
        continue;
      }
      const arms = column.dataset.arms.split(" ").map(Number);
      const [heading, ...lines] = column.dataset.text.split("\\n");
      const strong = document.createElement("b");
      strong.textContent = heading;
      const told = lines.map((line, i) => {
        const row = document.createElement("span");
        row.className = arms[i] < 0 ? "arm-dense" : "arm-" + (arms[i] % 7);
        row.textContent = line;
        return isShown(arms[i]) ? row : "";
      });
      readout.replaceChildren(strong, ...told);
      const box = column.querySelector("rect");
      const middle = (Number(box.getAttribute("x")) + Number(box.getAttribute("width")) / 2) / svg.viewBox.baseVal.width;
      readout.style.left = middle < 0.5 ? "calc(" + 100 * middle + "% + 14px)" : "auto";
      readout.style.right = middle < 0.5 ? "auto" : "calc(" + 100 * (1 - middle) + "% + 14px)";
    }
  };
  const slider = document.getElementById("round-slider");
  const rounds = slider ? slider.dataset.rounds.split(" ").map(Number) : [];
  const choose = (round) => {
    if (!slider || !rounds.includes(round)) return;
    slider.value = rounds.indexOf(round);
    const words = slider.dataset.words.split("|")[rounds.indexOf(round)];
    slider.nextElementSibling.textContent = words;
    slider.setAttribute("aria-valuetext", words);
    for (const group of all("g.round")) group.classList.toggle("shown", Number(group.dataset.round) === round);
  };
  slider?.addEventListener("input", () => choose(rounds[slider.value]));
  if (slider) choose(rounds[slider.value]);
  for (const svg of charts) {
    const own = all(".column", svg);
    for (const column of own) {
      column.addEventListener("pointerenter", () => tell(Number(column.dataset.round)));
      column.addEventListener("click", () => choose(Number(column.dataset.round)));
    }
    svg.addEventListener("pointerleave", () => tell());
    svg.addEventListener("focus", () => tell(Number(own[0].dataset.round)));
    svg.addEventListener("blur", () => tell());
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") tell();
      if (!step) return;
      event.preventDefault();
      const at = own.findIndex((column) => column.classList.contains("on"));
      tell(Number(own[Math.max(0, Math.min(own.length - 1, at + step))].dataset.round));
    });
  }
})();
`;
