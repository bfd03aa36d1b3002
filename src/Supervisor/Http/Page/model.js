import { call } from "./api.js";
import { el, isUsable, reconcile, setText, setUsable } from "./dom.js";
import { duration, receipt } from "./format.js";
import { stage } from "./stage.js";
import { makeWorker } from "./worker.js";

const CALM = ["ready", "not loaded"];
const SHOWN_ALIASES = 3;
const BAD = ["failed", "crashed", "hung", "quarantined"];

/** A model that is served: its state, its workers, and what can be done with it. */
export function makeModel(history, changed) {
  const name = el("h3");
  const state = el("span", { class: "state" });
  const about = el("p", { class: "dim path" });
  const reason = el("p", { class: "reason bad" });
  const progress = el("p", { class: "dim" });
  const said = el("p", { class: "said", role: "status" });
  const workers = el("div");
  const path = () => `v1/pipelines/${encodeURIComponent(node.model.name)}`;
  const load = action("Load", () => call("POST", "v1/pipelines", { model: node.model.name }), () => "Loaded.");
  const restart = action("Restart", () => call("POST", `${path()}/restart`), receipt);
  const unload = action("Unload", () => call("DELETE", `${path()}?forget=false`), receipt);
  const remove = action("Remove", () => call("DELETE", path()), () => "Removed.");
  const actions = el("div", { class: "row actions admin" }, load, restart, unload, remove);
  const node = el("article", { class: "panel model" }, el("div", { class: "row" }, name, state, actions), about, reason, progress, said, workers);
  let busy = false;

  function action(title, work, describe) {
    return el("button", {
      type: "button",
      onclick: async event => {
        if (!isUsable(event.currentTarget)) {
          return;
        }
        busy = true;
        node.update(node.model);
        said.classList.remove("bad");
        setText(said, `${event.target.textContent}: under way`);
        try {
          setText(said, describe(await work()));
        } catch (error) {
          said.classList.add("bad");
          setText(said, error.message);
        }
        busy = false;
        node.update(node.model);
        changed();
      },
    }, title);
  }

  node.update = model => {
    node.model = model;
    setText(name, model.name);
    showState(state, stateOf(model));
    reason.hidden = !model.error;
    setText(reason, model.error ? `${model.error.code}: ${model.error.message}` : "");
    setText(load, model.state === "failed" ? "Retry" : "Load");
    setText(progress, stage(model));
    const kept = model.pinned ? "pinned" : model.ttl_seconds > 0 ? `unloaded when idle for ${duration(model.ttl_seconds)}` : "";
    setText(about, [model.model, alsoCalled(model.aliases), kept].filter(Boolean).join(" · "));
    node.classList.toggle("compact", model.state === "unloaded");
    const running = model.pipelines.length;
    for (const [button, isPossible] of [[load, running < model.replicas], [restart, running > 0], [unload, running > 0], [remove, running === 0]]) {
      button.setAttribute("aria-label", `${button.textContent} ${model.name}`);
      setUsable(button, isPossible && !busy);
    }
    reconcile(workers, model.pipelines, pipeline => pipeline.id, () => makeWorker(history));
  };
  return node;
}

/** A pipeline that a client holds. */
export function makeOther(history) {
  const name = el("h3");
  const state = el("span", { class: "state" });
  const about = el("p", { class: "dim path" });
  const worker = makeWorker(history);
  const node = el("article", { class: "panel model" }, el("div", { class: "row" }, name, state), about, worker);
  node.update = pipeline => {
    setText(name, pipeline.name);
    showState(state, pipeline.state);
    setText(about, `${pipeline.model} · held by process ${pipeline.holder_pid}`);
    worker.update(pipeline);
  };
  return node;
}

function alsoCalled(aliases) {
  const left = aliases.length - SHOWN_ALIASES;
  return aliases.length > 0 && `also ${aliases.slice(0, SHOWN_ALIASES).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

/** Of several replicas, the one that is not ready counts; without one the model's own state does, with its latest failure. */
function stateOf({ state, pipelines }) {
  const without = state === "unloaded" ? "not loaded" : state;
  return pipelines.length === 0 ? without : pipelines.find(pipeline => pipeline.state !== "ready")?.state ?? "ready";
}

function showState(node, state) {
  setText(node, state);
  node.className = `state ${state === "ready" ? "good" : BAD.includes(state) ? "bad" : CALM.includes(state) ? "" : "busy"}`;
}
