import { apiKey, call } from "./api.js";
import { offerModels, startChat } from "./chat.js";
import { byId, setText } from "./dom.js";
import { History } from "./history.js";
import { startLoading } from "./load.js";
import { showModels } from "./models.js";
import { showDevices, showMemory, showReceipts, showTotals } from "./overview.js";

const PERIOD = 1000;
const PERIOD_WITHOUT_ANSWER = 5000;
const POLLS_WITHOUT_GPU = 15;

const VIEWS = ["models", "chat"];
const history = new History();
let timer = null;
let polls = 0;
let hasGpu = true;
let isAdmin = true;

/** Shows the view that the address names; anything else in it leaves the view as it is. */
function route() {
  const asked = location.hash.slice(1);
  if (!VIEWS.includes(asked) && VIEWS.some(view => !byId(`${view}-view`).hidden)) {
    return;
  }
  const shown = VIEWS.includes(asked) ? asked : VIEWS[0];
  for (const view of VIEWS) {
    byId(`${view}-view`).hidden = view !== shown;
    const link = document.querySelector(`nav a[href="#${view}"]`);
    view === shown ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  if (history.samples.length > 0) {
    showMemory(history);
  }
}

/** Asks for everything and shows it, and again after a second while the page is looked at. */
async function poll() {
  clearTimeout(timer);
  let wait = PERIOD;
  try {
    await (isAdmin ? showAll() : showChat());
    setText(byId("connection"), `Connected to ${location.host}`);
    byId("connection").classList.remove("bad");
  } catch (error) {
    wait = error.status === 401 ? null : PERIOD_WITHOUT_ANSWER;
    isAdmin = isAdmin && error.status !== 403;
    if (error.status === 403) {
      askForKey("This key may chat. What runs is shown to admin keys, and they alone load and unload.");
      document.body.classList.add("plain");
      location.hash = "#chat";
      wait = 0;
    } else {
      setText(byId("connection"), error.status === 401 ? "A key is needed" : error.message);
      byId("connection").classList.add("bad");
    }
  }
  clearTimeout(timer);
  if (wait !== null && !document.hidden) {
    timer = setTimeout(poll, wait);
  }
}

async function showAll() {
  const listing = await call("GET", "v1/pipelines");
  history.add(performance.now(), listing.pipelines);
  showModels(listing, history, poll);
  showTotals(listing.pipelines, history);
  showMemory(history);
  showReceipts(listing.receipts);
  offerModels(listing.models.filter(isServed).map(model => model.name));
  if (hasGpu || polls++ % POLLS_WITHOUT_GPU === 0) {
    const devices = await call("GET", "v1/gpus");
    hasGpu = devices.gpus.length > 0;
    showDevices(devices);
  }
}

/** What holders of a plain key may see. */
async function showChat() {
  const models = await call("GET", "v1/models");
  offerModels(models.data.filter(isServed).map(model => model.id));
}

/** A model that failed answers nothing until it is tried again. */
const isServed = model => model.state !== "failed";

function askForKey(why) {
  setText(byId("access-text"), why);
  byId("access-forget").hidden = !apiKey.get();
  byId("access").hidden = false;
}

function useKey(key) {
  apiKey.set(key);
  byId("access-key").value = "";
  byId("access").hidden = true;
  document.body.classList.remove("plain");
  isAdmin = true;
  poll();
}

byId("access-form").addEventListener("submit", event => {
  event.preventDefault();
  useKey(byId("access-key").value.trim());
});
byId("access-forget").addEventListener("click", () => useKey(null));
window.addEventListener("keyneeded", event => {
  askForKey(event.detail ?? "An API key is needed.");
  byId("access-key").focus();
});
window.addEventListener("hashchange", route);
window.addEventListener("resize", route);
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : poll()));
startLoading(poll);
startChat();
route();
poll();
