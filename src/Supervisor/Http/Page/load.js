import { call } from "./api.js";
import { byId, isUsable, setText, setUsable } from "./dom.js";

const form = byId("load");
const said = byId("load-status");
const button = form.querySelector("button");

/** Has the form load a folder. */
export function startLoading(changed) {
  form.addEventListener("submit", async event => {
    event.preventDefault();
    if (!isUsable(button)) {
      return;
    }
    setUsable(button, false);
    said.classList.remove("bad");
    setText(said, "Loading ...");
    try {
      const model = await call("POST", "v1/pipelines", wanted());
      setText(said, `${model.name} is loaded.`);
      form.reset();
    } catch (error) {
      said.classList.add("bad");
      setText(said, error.message);
    }
    setUsable(button, true);
    changed();
  });
}

function wanted() {
  const body = { model: byId("load-folder").value, pinned: byId("load-pinned").checked };
  if (byId("load-name").value) {
    body.name = byId("load-name").value;
  }
  if (byId("load-ttl").value) {
    body.ttl_seconds = byId("load-ttl").valueAsNumber;
  }
  return body;
}
