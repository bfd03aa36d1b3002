import { call } from "./api.js";
import { byId, el, isUsable, reconcile, setText, setUsable } from "./dom.js";
import { duration, receipt } from "./format.js";
import { makeWorker } from "./worker.js";

const CALM = ["ready", "not loaded"];
const BAD = ["failed", "crashed", "hung", "quarantined"];

/** Shows the models that are served and what others hold; buttons load and unload them. */
export function showModels(listing, history, changed) {
  reconcile(byId("models"), listing.models, model => model.name, () => makeModel(history, changed));
  const others = listing.pipelines.filter(pipeline => !pipeline.named);
  byId("others-part").hidden = others.length === 0;
  reconcile(byId("others"), others, pipeline => pipeline.id, () => makeOther(history));
}

function makeModel(history, changed) {
  const name = el("h3");
  const state = el("span", { class: "state" });
  const about = el("p", { class: "dim path" });
  const reason = el("p", { class: "reason bad" });
  const said = el("p", { class: "said", role: "status" });
  const workers = el("div");
  const path = () => `v1/pipelines/${encodeURIComponent(node.model.name)}`;
  const load = action("Load", () => call("POST", "v1/pipelines", { model: node.model.name }), () => "Loaded.");
  const restart = action("Restart", () => call("POST", `${path()}/restart`), receipt);
  const unload = action("Unload", () => call("DELETE", `${path()}?forget=false`), receipt);
  const remove = action("Remove", () => call("DELETE", path()), () => "Removed.");
  const actions = el("div", { class: "row actions" }, load, restart, unload, remove);
  const node = el("article", { class: "panel model" }, el("div", { class: "row" }, name, state, actions), about, reason, said, workers);
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
        setText(said, `${title}: under way`);
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
    const kept = model.pinned ? "pinned" : model.ttl_seconds > 0 ? `unloaded when idle for ${duration(model.ttl_seconds)}` : "";
    setText(about, [model.model, model.aliases.length > 0 && `also ${model.aliases.join(", ")}`, kept].filter(Boolean).join(" · "));
    const running = model.pipelines.length;
    for (const [button, isPossible] of [[load, running < model.replicas], [restart, running > 0], [unload, running > 0], [remove, running === 0]]) {
      button.setAttribute("aria-label", `${button.textContent} ${model.name}`);
      setUsable(button, isPossible && !busy);
    }
    reconcile(workers, model.pipelines, pipeline => pipeline.id, () => makeWorker(history));
  };
  return node;
}

function makeOther(history) {
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

/** Of several replicas, the one that is not ready counts; without one the model's own state does, with its latest failure. */
function stateOf({ state, pipelines }) {
  const without = state === "unloaded" ? "not loaded" : state;
  return pipelines.length === 0 ? without : pipelines.find(pipeline => pipeline.state !== "ready")?.state ?? "ready";
}

function showState(node, state) {
  setText(node, state);
  node.className = `state ${state === "ready" ? "good" : BAD.includes(state) ? "bad" : CALM.includes(state) ? "" : "busy"}`;
}
