import { drawMemory, SHADES } from "./chart.js";
import { byId, el, reconcile, setText } from "./dom.js";
import { bytes, clock, rate, receipt } from "./format.js";

const SHOWN_RECEIPTS = 8;

/** Shows the sums over all pipelines. */
export function showTotals(pipelines, history) {
  const sum = of => pipelines.reduce((total, pipeline) => total + of(pipeline), 0);
  setText(byId("total-memory"), bytes(sum(pipeline => pipeline.held_bytes)));
  setText(byId("total-rate"), rate(sum(pipeline => history.rate(pipeline.id))));
  setText(byId("total-requests"), sum(pipeline => pipeline.running_requests));
  setText(byId("total-waiting"), sum(pipeline => pipeline.waiting_requests));
  setText(byId("total-restarts"), sum(pipeline => pipeline.restarts));
}

/** Shows the memory of each worker over time; the legend names those of now and of the last minutes. */
export function showMemory(history) {
  drawMemory(byId("memory-chart"), history);
  const now = history.samples.at(-1).workers;
  const workers = [...history.workers()].map(([key, worker], index) => ({ key, ...worker, index, bytes: now.get(key)?.bytes }));
  reconcile(byId("memory-legend"), workers, worker => worker.key, () => {
    const swatch = el("span");
    const name = el("span", { class: "grow" });
    const held = el("span", { class: "number-text" });
    const item = el("li", {}, swatch, name, held);
    item.update = worker => {
      swatch.className = `swatch shade-${worker.index % SHADES}`;
      setText(name, `${worker.name}, pid ${worker.pid}`);
      setText(held, worker.bytes === undefined ? "gone" : bytes(worker.bytes));
    };
    return item;
  });
}

export function showDevices(listing) {
  reconcile(byId("devices"), listing.gpus, gpu => gpu.uuid, () => {
    const name = el("span", { class: "grow" });
    const used = el("span", { class: "number-text" });
    const meter = el("meter", { min: "0" });
    const about = el("p", { class: "dim" });
    const node = el("div", { class: "device" }, el("div", { class: "row" }, name, used), meter, about);
    node.update = gpu => {
      setText(name, `${gpu.index}  ${gpu.name}`);
      setText(used, `${bytes(gpu.used_bytes)} of ${bytes(gpu.total_bytes)}`);
      meter.max = gpu.total_bytes;
      meter.value = gpu.used_bytes;
      meter.setAttribute("aria-label", `Memory used of device ${gpu.index}`);
      const quarantined = gpu.quarantined_bytes ? `, ${bytes(gpu.quarantined_bytes)} held by workers that cannot be killed` : "";
      setText(about, `${gpu.utilization_percent} % busy, ${bytes(gpu.promised_bytes)} promised${quarantined}`);
    };
    return node;
  });
  setText(byId("devices-none"), listing.gpus.length > 0 ? "" : `No GPU is seen${listing.unavailable ? `: ${listing.unavailable}` : "."}`);
}

export function showReceipts(receipts) {
  const latest = receipts.toSorted((a, b) => b.when.localeCompare(a.when)).slice(0, SHOWN_RECEIPTS);
  reconcile(byId("receipts"), latest, kept => `${kept.id} ${kept.when} ${kept.worker_pid}`, kept =>
    el("li", {}, el("time", {}, clock(kept.when)), " ", el("strong", {}, kept.name), ` pid ${kept.worker_pid}`, el("br"), receipt(kept)));
  byId("receipts-none").hidden = latest.length > 0;
}
