import { byId, reconcile, setText } from "./dom.js";
import { makeModel, makeOther } from "./model.js";
import { matches, SEARCHED_FROM } from "./search.js";

/** More models than this are shown when somebody asks for them. */
const SHOWN = 12;

const filter = byId("models-filter");
const wanted = byId("models-state");
const more = byId("models-more");
let areAllShown = false;
let again = null;

filter.addEventListener("input", () => again?.());
wanted.addEventListener("change", () => again?.());
more.addEventListener("click", () => {
  areAllShown = true;
  again?.();
  filter.focus();
});

/** Shows the models that are served and what others hold; buttons load and unload them. */
export function showModels(models, pipelines, history, changed) {
  again = () => showModels(models, pipelines, history, changed);
  byId("models-find").hidden = models.length < SEARCHED_FROM;
  const found = models.filter(model => matches(model, filter.value) && (wanted.value === "" || wanted.value === model.state));
  const shown = areAllShown || found.length <= SHOWN ? found : found.toSorted((a, b) => isIdle(a) - isIdle(b)).slice(0, SHOWN);
  reconcile(byId("models-list"), shown, model => model.name, () => makeModel(history, changed));
  more.hidden = shown.length === found.length;
  setText(more, `Show all ${found.length}`);
  setText(byId("models-count"), found.length === 0 && models.length > 0 ? "No model matches" : `${shown.length} of ${models.length} models`);
  byId("models-none").hidden = models.length > 0;

  const others = pipelines.filter(pipeline => !pipeline.named);
  byId("others-part").hidden = others.length === 0;
  reconcile(byId("others"), others, pipeline => pipeline.id, () => makeOther(history));
}

/** What runs, loads or has failed comes first where not all are shown. */
const isIdle = model => model.state === "unloaded";
