import { el, reconcile, setText } from "./dom.js";
import { bytes, clock, death, duration, rate } from "./format.js";
import { showLogs } from "./logs.js";

const MEMORY = { vram: "GPU memory", rss: "Memory" };

/** One pipeline: its worker's figures, and the deaths of those before it. */
export function makeWorker(history) {
  const figures = el("dl", { class: "figures" });
  const values = new Map();
  const logs = el("button", { type: "button", class: "small", onclick: () => showLogs(node.pipeline) }, "Log");
  const title = el("span", { class: "dim grow" });
  const deaths = el("ol", { class: "deaths" });
  const node = el("div", { class: "worker" }, el("div", { class: "row" }, title, logs), figures, deaths);

  const show = (name, value) => {
    if (!values.has(name)) {
      const term = el("dt");
      const described = el("dd");
      figures.append(el("div", {}, term, described));
      values.set(name, { term, described });
    }
    setText(values.get(name).described, value);
    return values.get(name);
  };

  node.update = pipeline => {
    node.pipeline = pipeline;
    logs.setAttribute("aria-label", `Log of ${pipeline.name}`);
    setText(title, [pipeline.device, pipeline.weights, pipeline.worker_pid && `pid ${pipeline.worker_pid}`].filter(Boolean).join(" · ") || pipeline.state);
    setText(show("memory", bytes(pipeline.held_bytes)).term, MEMORY[pipeline.memory] ?? pipeline.memory);
    setText(show("rate", rate(history.rate(pipeline.id))).term, "Tokens/s");
    setText(show("requests", `${pipeline.running_requests}${pipeline.waiting_requests ? ` (${pipeline.waiting_requests} waiting)` : ""}`).term, "Requests");
    setText(show("tokens", pipeline.generated_tokens.toLocaleString("en")).term, "Total tokens");
    setText(show("uptime", duration(pipeline.uptime_seconds)).term, "Uptime");
    setText(show("restarts", pipeline.restarts).term, "Restarts");
    reconcile(deaths, pipeline.failures.toReversed(), failure => `${failure.unix_milliseconds} ${failure.worker_pid}`, makeDeath);
  };
  return node;
}

function makeDeath(failure) {
  const said = failure.last_errors.length > 0
    && el("details", {}, el("summary", {}, "Last errors"), el("pre", { tabindex: "0" }, failure.last_errors.join("\n")));
  return el("li", {}, el("time", {}, clock(failure.unix_milliseconds)), " ", death(failure), said || "");
}
