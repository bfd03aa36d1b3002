import { el, setText } from "./dom.js";

const COPIED_FOR = 2000;

/** A block of code, with a button that copies it. */
export function makeCode({ code, language }) {
  const said = el("span", { class: "dim", role: "status" });
  const text = document.createTextNode(code);
  const copy = el("button", {
    type: "button",
    class: "small",
    onclick: async () => {
      setText(said, (await copied(text.data)) ? "Copied" : "The browser does not allow it");
      setTimeout(() => setText(said, ""), COPIED_FOR);
    },
  }, "Copy");
  return el("div", { class: "code" },
    el("div", { class: "row" }, el("span", { class: "dim grow language" }, language), said, copy),
    el("pre", { tabindex: "0", "aria-label": language ? `Code, ${language}` : "Code" }, el("code", {}, text)));
}

/** Has the block show more of the same code. */
export function appendCode(node, { code, language }, before) {
  const isSame = language === before.language && code.startsWith(before.code);
  if (isSame) {
    node.querySelector("code").firstChild.appendData(code.slice(before.code.length));
  }
  return isSame;
}

/** Pages that did not come over HTTPS or from this host have no clipboard; they copy what is selected. */
async function copied(text) {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(() => true, () => false);
  }
  const area = el("textarea", { class: "hidden-title" });
  const focused = document.activeElement;
  document.body.append(area);
  area.value = text;
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return isCopied;
}
