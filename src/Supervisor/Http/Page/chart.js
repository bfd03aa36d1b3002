import { bytes, duration } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 190;
const LEFT = 62;
const BOTTOM = 22;
const TOP = 8;
const GAP = 5000; // Samples further apart than this are not joined: the tab was hidden.

/** How many shades the workers are told apart by; page.css has them. */
export const SHADES = 6;

/** Draws what each worker held over the last minutes, one upon the other. */
export function drawMemory(box, history) {
  const width = box.clientWidth;
  if (width === 0 || history.samples.length === 0) {
    return;
  }
  const keys = [...history.workers().keys()];
  const now = history.samples.at(-1).time;
  const { span } = history;
  const total = sample => [...sample.workers.values()].reduce((sum, worker) => sum + worker.bytes, 0);
  const top = ceiling(Math.max(...history.samples.map(total)));
  const x = time => LEFT + (width - LEFT - 1) * (1 - (now - time) / span);
  const y = value => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const svg = shape("svg", {
    viewBox: `0 0 ${width} ${HEIGHT}`,
    width,
    height: HEIGHT,
    role: "img",
    "aria-label": `Memory over the last ${duration(span / 1000)}; ${bytes(total(history.samples.at(-1)))} now.`,
  });
  for (const part of [0, 0.5, 1]) {
    svg.append(shape("line", { class: "grid", x1: LEFT, x2: width, y1: y(top * part), y2: y(top * part) }));
    svg.append(label(LEFT - 8, y(top * part) + 4, "end", bytes(top * part)));
  }
  for (const run of runs(history.samples)) {
    const below = run.map(() => 0);
    keys.forEach((key, index) => {
      const above = run.map((sample, i) => below[i] + (sample.workers.get(key)?.bytes ?? 0));
      if (above.some((value, i) => value > below[i])) {
        svg.append(shape("path", { class: `shade-${index % SHADES}`, d: band(run, below, above, x, y) }));
      }
      above.forEach((value, i) => (below[i] = value));
    });
  }
  svg.append(label(LEFT, HEIGHT - 4, "start", `${duration(span / 1000)} ago`), label(width - 1, HEIGHT - 4, "end", "now"));
  box.replaceChildren(svg);
}

/** The edge above from the left, then the one below from the right. */
function band(run, below, above, x, y) {
  const last = run.length - 1;
  const edge = values => values.map((value, i) => `${x(run[i].time).toFixed(1)} ${y(value).toFixed(1)}`);
  const width = last === 0 ? `L${(x(run[0].time) + 1).toFixed(1)} ${y(above[0]).toFixed(1)}` : "";
  return `M${edge(above).join("L")}${width}L${edge(below).reverse().join("L")}Z`;
}

function runs(samples) {
  const all = [];
  let before = -Infinity;
  for (const sample of samples) {
    if (sample.time - before > GAP) {
      all.push([]);
    }
    all.at(-1).push(sample);
    before = sample.time;
  }
  return all;
}

/** A round number of bytes that is not below a value. */
function ceiling(value) {
  let step = 1 << 20;
  while (step * 8 < value) {
    step *= 2;
  }
  return Math.max(step, Math.ceil((value * 1.05) / step) * step);
}

function label(x, y, anchor, text) {
  const node = shape("text", { x, y, "text-anchor": anchor });
  node.textContent = text;
  return node;
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    node.setAttribute(key, value);
  }
  return node;
}
