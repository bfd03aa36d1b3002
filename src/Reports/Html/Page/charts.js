const [WIDTH, HEIGHT] = [560, 300];
const MARGIN = { left: 58, right: 24, top: 12, bottom: 44 };

/** Round numbers that cover a range, five or so. */
function ticks(low, high) {
  const rough = (high - low || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(size => size >= rough);
  const marks = [];
  for (let mark = Math.floor(low / step) * step; mark < high + step * 0.999; mark += step) {
    marks.push(Number(mark.toPrecision(12)));
  }
  return marks;
}

/** The frame of a chart: grid, axes and titles, and where a value lies in it. */
function frame({ width = WIDTH, height = HEIGHT, x, y, xTitle = "", yTitle = "", label }) {
  const [xMarks, yMarks] = [x ? ticks(...x) : [], ticks(...y)];
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const along = (marks, from, to) => value => from + (value - marks[0]) / (marks.at(-1) - marks[0] || 1) * (to - from);
  const xOf = along(xMarks, MARGIN.left, right);
  const yOf = along(yMarks, bottom, MARGIN.top);
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  for (const mark of yMarks) {
    chart.append(
      svg("line", { class: "grid", x1: MARGIN.left, x2: right, y1: yOf(mark), y2: yOf(mark) }),
      svg("text", { x: MARGIN.left - 6, y: yOf(mark) + 4, "text-anchor": "end" }, mark.toLocaleString("en", { maximumFractionDigits: 4 })));
  }
  for (const mark of xMarks) {
    chart.append(svg("text", { x: xOf(mark), y: bottom + 16, "text-anchor": "middle" }, mark.toLocaleString("en", { maximumFractionDigits: 3 })));
  }
  chart.append(
    svg("text", { x: (MARGIN.left + right) / 2, y: height - 6, "text-anchor": "middle" }, xTitle),
    svg("text", { transform: `translate(12 ${(MARGIN.top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, yTitle));
  return { chart, xOf, yOf, right, bottom };
}

/** Bars with error bars. An item is {name, color, value, low, high}. */
function bars(items, yTitle) {
  const shown = items.filter(item => known(item.value));
  const { chart, yOf, right, bottom } = frame({
    y: [0, Math.max(0, ...shown.map(item => item.high ?? item.value)) || 1],
    yTitle,
    label: `${yTitle}: ${shown.map(item => `${item.name} ${score(item.value)}`).join(", ")}`,
  });
  const room = (right - MARGIN.left) / items.length;
  items.forEach((item, index) => {
    const middle = MARGIN.left + (index + 0.5) * room;
    chart.append(svg("text", { class: "name", x: middle, y: bottom + 16, "text-anchor": "middle" }, shorten(item.name, room)));
    if (!known(item.value)) {
      return;
    }
    const width = Math.min(room * 0.6, 90);
    chart.append(
      svg("rect", { x: middle - width / 2, width, y: yOf(item.value), height: bottom - yOf(item.value), fill: item.color },
        svg("title", {}, `${item.name}: ${score(item.value)} [${score(item.low)}, ${score(item.high)}]`)),
      svg("line", { class: "interval", x1: middle, x2: middle, y1: yOf(item.low), y2: yOf(item.high) }),
      svg("line", { class: "interval", x1: middle - 6, x2: middle + 6, y1: yOf(item.low), y2: yOf(item.low) }),
      svg("line", { class: "interval", x1: middle - 6, x2: middle + 6, y1: yOf(item.high), y2: yOf(item.high) }),
      svg("text", { class: "name", x: middle, y: bottom + 32, "text-anchor": "middle" }, score(item.value)));
  });
  return chart;
}

/** Points with names. An item is {name, color, x, value, low, high}. */
function scatter(items, xTitle, yTitle) {
  const shown = items.filter(item => known(item.value) && known(item.x));
  if (shown.length === 0) {
    return nothing();
  }
  const values = shown.flatMap(item => [item.low ?? item.value, item.high ?? item.value]);
  const { chart, xOf, yOf, right } = frame({
    x: [0, Math.max(...shown.map(item => item.x)) * 1.05],
    y: [Math.min(...values), Math.max(...values)],
    xTitle,
    yTitle,
    label: `${yTitle} against ${xTitle}`,
  });
  const named = [];
  for (const item of shown) {
    const [x, y] = [xOf(item.x), yOf(item.value)];
    const isRight = x > right - 90;
    let line = y + 4;
    while (named.some(other => Math.abs(other.x - x) < 140 && Math.abs(other.line - line) < 13)) {
      line += 13;
    }
    named.push({ x, line });
    chart.append(
      svg("line", { class: "interval", x1: x, x2: x, y1: yOf(item.low ?? item.value), y2: yOf(item.high ?? item.value) }),
      svg("circle", { cx: x, cy: y, r: 6, fill: item.color }, svg("title", {}, `${item.name}: ${score(item.value)} at ${whole(item.x)}`)),
      svg("text", { class: "name", x: x + (isRight ? -10 : 10), y: line, "text-anchor": isRight ? "end" : "start" }, shorten(item.name, 130)));
  }
  return chart;
}

/** Lines. A series is {name, color, points: [[x, y], ...], dashed, area}. */
function lines(series, { xTitle, yTitle, high = null, width = WIDTH, height = HEIGHT }) {
  const shown = series.filter(one => one.points.length > 0);
  if (shown.length === 0) {
    return nothing();
  }
  const all = shown.flatMap(one => one.points);
  const { chart, xOf, yOf, bottom } = frame({
    width, height, xTitle, yTitle, label: `${yTitle} over ${xTitle}: ${shown.map(one => one.name).join(", ")}`,
    x: [0, all.reduce((most, [x]) => Math.max(most, x), 0)], y: [0, high ?? all.reduce((most, [, y]) => Math.max(most, y), 0)],
  });
  for (const one of shown) {
    const path = one.points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${xOf(x).toFixed(1)} ${yOf(y).toFixed(1)}`).join("");
    if (one.area) {
      chart.append(svg("path", { d: `${path}L${xOf(one.points.at(-1)[0])} ${bottom}L${xOf(one.points[0][0])} ${bottom}Z`, fill: one.color, opacity: 0.15 }));
    }
    chart.append(svg("path", { d: path, fill: "none", stroke: one.color, "stroke-width": 2, "stroke-dasharray": one.dashed ? "5 4" : "none" },
      svg("title", {}, one.name)));
  }
  return chart;
}

const nothing = () => el("p", { class: "dim" }, "Nothing to show.");

function shorten(text, room) {
  const most = Math.max(4, Math.floor(room / 7));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Which colour is which model's. */
const legend = items => el("p", { class: "dim" },
  ...items.flatMap(item => [el("span", { class: "key", style: `background:${item.color}` }), `${item.name}\u2003`]));
