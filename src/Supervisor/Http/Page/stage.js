import { bytes } from "./format.js";

const STAGES = {
  downloading: "downloading",
  waiting: "waiting for memory",
  starting: "starting the worker",
  loading: "reading weights",
  warming_up: "warming up",
};

/** How far the load of a model is: "reading weights, 1.20 GiB of 14.0 GiB". Empty when it is not known. */
export function stage(model) {
  const progress = model?.state === "loading" ? model.progress : null;
  if (!progress) {
    return "";
  }
  const read = progress.total_bytes > 0 && `${bytes(progress.loaded_bytes)} of ${bytes(progress.total_bytes)}`;
  return [STAGES[progress.stage] ?? progress.stage, read].filter(Boolean).join(", ");
}

/** What a request waits for. */
export function waitingFor(model) {
  if (model.state === "ready") {
    return "Waiting for the first token";
  }
  return [`Loading ${model.name} ...`, stage(model)].filter(Boolean).join(" ");
}
