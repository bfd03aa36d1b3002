import { showSignedIn, startAccess } from "./access.js";
import { call } from "./api.js";
import { readCatalog } from "./catalog.js";
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
  if (byId(`${shown}-view`).hidden) {
    window.scrollTo(0, 0);
  }
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
    await (isAdmin ? showAll() : showCatalog());
    setText(byId("connection"), `Connected to ${location.host}`);
    byId("connection").classList.remove("bad");
    showSignedIn();
  } catch (error) {
    wait = error.status === 401 ? null : error.status === 403 && isAdmin ? 0 : PERIOD_WITHOUT_ANSWER;
    if (wait === 0) {
      isAdmin = false;
      document.body.classList.add("plain");
      location.hash ||= "#chat";
    } else {
      setText(byId("connection"), error.status === 401 ? "Not signed in" : error.message);
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
  showModels(listing.models, listing.pipelines, history, poll);
  showTotals(listing.pipelines, history);
  showMemory(history);
  showReceipts(listing.receipts);
  offerModels(listing.models.filter(isServed));
  if (hasGpu || polls++ % POLLS_WITHOUT_GPU === 0) {
    const devices = await call("GET", "v1/gpus");
    hasGpu = devices.gpus.length > 0;
    showDevices(devices);
  }
}

/** What holders of a key without admin rights may see. */
async function showCatalog() {
  const models = await readCatalog();
  showModels(models, [], history, poll);
  offerModels(models.filter(isServed));
}

/** A model that failed answers nothing until it is tried again. */
const isServed = model => model.state !== "failed";

/** Another key may have other rights. */
function restart() {
  isAdmin = true;
  document.body.classList.remove("plain");
  poll();
}

window.addEventListener("hashchange", route);
window.addEventListener("resize", route);
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : poll()));
startAccess(restart);
startLoading(poll);
startChat();
route();
poll();
