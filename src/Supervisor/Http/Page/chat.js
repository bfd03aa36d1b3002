import { byId, isUsable, setText, setUsable } from "./dom.js";
import { Side } from "./side.js";
import { store } from "./store.js";

/** Milliseconds. Whoever is still there was not leaving: links to mail look like it. */
const STAYED_AFTER = 1000;

const sides = [0, 1].map(index => new Side(index));
const form = byId("chat-form");
const text = byId("chat-text");
const said = byId("chat-status");
const compare = byId("chat-compare");
const system = byId("chat-system");
const SETTINGS = [byId("chat-tokens"), byId("chat-temperature"), system, text];
let models = [];
let asking = null;
let isLeaving = false;

/** Says which models can be asked, and how it stands with them. */
export function offerModels(served) {
  models = served;
  sides[0].offer(models, models[0]?.name ?? "");
  if (isComparing()) {
    sides[1].offer(models, models.find(model => model.name !== sides[0].picker.value)?.name ?? "");
  }
  setUsable(compare, models.length > 1);
  compare.title = models.length > 1 ? "" : "There is one model only.";
}

export function startChat() {
  restore();
  form.addEventListener("submit", send);
  form.addEventListener("change", save);
  text.addEventListener("keydown", event => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  document.addEventListener("keydown", event => event.key === "Escape" && stop());
  byId("chat-stop").addEventListener("click", stop);
  byId("chat-clear").addEventListener("click", clear);
  compare.addEventListener("click", () => {
    if (isUsable(compare)) {
      showSecond(!isComparing());
      save();
    }
  });
  window.addEventListener("beforeunload", leave);
}

/** Forgets the conversation, its settings too, when somebody else may come to this tab. */
export function forgetChat() {
  window.removeEventListener("beforeunload", leave);
  store.clear();
}

const isComparing = () => compare.getAttribute("aria-pressed") === "true";

function showSecond(isShown) {
  compare.setAttribute("aria-pressed", String(isShown));
  byId("chat-side-1").hidden = !isShown;
  byId("chat-sides").classList.toggle("alone", !isShown);
  offerModels(models);
}

/** Keeps what there is. Leaving breaks off an answer, which is no failure of the answer. */
function leave() {
  save();
  isLeaving = true;
  setTimeout(() => (isLeaving = false), STAYED_AFTER);
}

function save() {
  if (isLeaving) {
    return;
  }
  store.set({ sides: sides.map(side => side.state), isComparing: isComparing(), settings: SETTINGS.map(field => field.value) });
}

function restore() {
  const kept = store.get();
  if (!kept) {
    return;
  }
  kept.settings.forEach((value, index) => (SETTINGS[index].value = value));
  byId("chat-system-part").open = system.value !== "";
  sides.forEach((side, index) => side.restore(kept.sides[index]));
  showSecond(kept.isComparing);
}

function clear() {
  stop();
  sides.forEach(side => side.clear());
  setText(said, "");
  save();
  text.focus();
}

function stop() {
  asking?.abort();
}

async function send(event) {
  event.preventDefault();
  if (!isUsable(byId("chat-send"))) {
    return;
  }
  const asked = (isComparing() ? sides : [sides[0]]).filter(side => side.picker.value);
  if (asked.length === 0) {
    setText(said, "There is no model to ask");
    return;
  }
  asking = new AbortController();
  setUsable(byId("chat-send"), false);
  setUsable(byId("chat-stop"), true);
  setText(said, "Answering");
  const settings = { max_tokens: byId("chat-tokens").valueAsNumber, temperature: byId("chat-temperature").valueAsNumber };
  const question = text.value;
  text.value = "";
  const { signal } = asking;
  const answers = asked.map(side => side.ask(question, system.value.trim(), settings, signal));
  save();
  await Promise.all(answers);
  save();
  setText(said, signal.aborted ? "Stopped" : "Answered");
  setUsable(byId("chat-send"), true);
  setUsable(byId("chat-stop"), false);
  asking = null;
}
