import { events } from "./api.js";
import { byId, el, setText } from "./dom.js";
import { clock } from "./format.js";

const MOST_LINES = 1000;

const dialog = byId("logs");
const lines = byId("logs-lines");
let reading = null;

byId("logs-close").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => reading?.abort());

/** Shows what a pipeline's worker printed and prints, until the dialog is closed. */
export async function showLogs(pipeline) {
  reading = new AbortController();
  lines.replaceChildren(el("p", { class: "dim nothing" }, "Nothing printed"));
  setText(byId("logs-title"), `Log of ${pipeline.name}, worker ${pipeline.worker_pid}`);
  setText(byId("logs-status"), "Following");
  dialog.showModal();
  try {
    for await (const line of events("GET", `v1/pipelines/${encodeURIComponent(pipeline.id)}/logs?follow=true`, undefined, reading.signal)) {
      append(line);
    }
    setText(byId("logs-status"), "The log has ended: its worker is gone.");
  } catch (error) {
    if (error.name !== "AbortError") {
      setText(byId("logs-status"), error.message);
    }
  }
}

function append(line) {
  lines.querySelector(".nothing")?.remove();
  const isAtEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 4;
  lines.append(el("div", { class: line.source }, el("time", {}, clock(line.unix_milliseconds)), " ", line.text));
  while (lines.childElementCount > MOST_LINES) {
    lines.firstElementChild.remove();
  }
  if (isAtEnd) {
    lines.scrollTop = lines.scrollHeight;
  }
}
