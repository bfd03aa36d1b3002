import { apiKey } from "./api.js";
import { forgetChat } from "./chat.js";
import { byId, setText } from "./dom.js";

const key = byId("access-key");

/** Has the form take a key and the button forget it. A server without keys never shows them. */
export function startAccess(changed) {
  byId("access-form").addEventListener("submit", event => {
    event.preventDefault();
    apiKey.set(key.value.trim());
    key.value = "";
    key.removeAttribute("aria-invalid");
    document.body.classList.remove("signed-out");
    byId("access").hidden = true;
    byId("main").focus();
    changed();
  });
  byId("sign-out").addEventListener("click", () => {
    apiKey.set(null);
    forgetChat();
    location.reload();
  });
  window.addEventListener("keyneeded", ask);
}

/** Offers to sign out. */
export function showSignedIn() {
  byId("sign-out").hidden = !apiKey.get();
}

function ask() {
  const isWrong = apiKey.get() !== null;
  apiKey.set(null);
  showSignedIn();
  document.body.classList.add("signed-out");
  byId("access").hidden = false;
  if (isWrong) {
    setText(byId("access-text"), "Wrong key: this server does not know it. Check it and try again.");
    key.setAttribute("aria-invalid", "true");
  } else if (key.getAttribute("aria-invalid") !== "true") {
    setText(byId("access-text"), "This server needs an API key. Ask whoever runs it for one.");
  }
  byId("access-text").classList.toggle("bad", key.getAttribute("aria-invalid") === "true");
  key.focus();
}
