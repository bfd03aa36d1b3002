const COLORS = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8b6f00", "#666666"];
const colorOf = index => COLORS[index % COLORS.length];

const UNKNOWN = "-";
const known = value => value !== undefined && value !== null;
const fixed = (value, digits, unit = "") => known(value) ? value.toFixed(digits) + unit : UNKNOWN;
/** Of a time as .NET writes it: "00:00:01.5". */
const millisecondsOf = time => known(time) ? 1000 * time.split(":").reduce((sum, part) => 60 * sum + Number(part), 0) : undefined;
const score = value => known(value) ? String(Number(value.toFixed(4))) : UNKNOWN;
const whole = value => known(value) ? Math.round(value).toLocaleString("en") : UNKNOWN;
const probability = p => !known(p) ? UNKNOWN : p < 0.001 ? "< 0.001" : p.toFixed(3);

function bytes(value) {
  if (!known(value)) {
    return UNKNOWN;
  }
  const [unit, size] = [["GiB", 2 ** 30], ["MiB", 2 ** 20], ["KiB", 2 ** 10], ["B", 1]].find(([, least]) => Math.abs(value) >= least) ?? ["B", 1];
  return `${(value / size).toFixed(size === 2 ** 30 ? 2 : size === 1 ? 0 : 1)} ${unit}`;
}

/** A figure with its interval. */
const interval = metric => metric
  ? [
    score(metric.value), " ", el("small", {}, `[${score(metric.low)}, ${score(metric.high)}]`),
    ...(metric.not_scored > 0 ? [el("small", { class: "bad" }, `${metric.not_scored} of ${metric.count} not scored`)] : []),
  ]
  : UNKNOWN;
