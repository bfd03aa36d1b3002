import { byId, isUsable, setText, setUsable } from "./dom.js";
import { Side } from "./side.js";

const sides = [0, 1].map(index => new Side(byId(`chat-model-${index}`), byId(`chat-answers-${index}`)));
const form = byId("chat-form");
const text = byId("chat-text");
const said = byId("chat-status");
let asking = null;

/** Says which models can be asked. */
export function offerModels(names) {
  sides[0].offer(names, names[0], null);
  sides[1].offer(names, names[1] ?? "", "none");
  showSecond();
}

export function startChat() {
  form.addEventListener("submit", send);
  text.addEventListener("keydown", event => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  document.addEventListener("keydown", event => event.key === "Escape" && stop());
  byId("chat-stop").addEventListener("click", stop);
  byId("chat-clear").addEventListener("click", () => {
    stop();
    sides.forEach(side => side.clear());
    setText(said, "");
    text.focus();
  });
  sides[1].select.addEventListener("change", showSecond);
}

function showSecond() {
  byId("chat-sides").classList.toggle("alone", sides[1].model === "");
}

function stop() {
  asking?.abort();
}

async function send(event) {
  event.preventDefault();
  const asked = sides.filter(side => side.model);
  if (!isUsable(byId("chat-send"))) {
    return;
  }
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
  await Promise.all(asked.map(side => side.ask(question, settings, signal)));
  setText(said, signal.aborted ? "Stopped" : "Answered");
  setUsable(byId("chat-send"), true);
  setUsable(byId("chat-stop"), false);
  asking = null;
}
