/** The element with an id of index.html. */
export const byId = id => document.getElementById(id);

/**
 * Makes an element. Children that are strings become text, never markup; attributes named `onEVENT` listen.
 * @param {string} tag
 * @param {Object<string, string|boolean|null|Function>} attributes false and null leave one out
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      node.addEventListener(name.slice(2), value);
    } else if (value !== null && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children);
  return node;
}

/** Sets a text where it differs, so that nothing is drawn or read out again that stayed. */
export function setText(node, text) {
  if (node.textContent !== String(text)) {
    node.textContent = text;
  }
}

/** A button that cannot be used keeps the focus it has, so it is marked rather than disabled. */
export function setUsable(button, isUsable) {
  button.setAttribute("aria-disabled", String(!isUsable));
}

export const isUsable = button => button.getAttribute("aria-disabled") !== "true";

const known = new WeakMap();

/**
 * Makes the children of a node those of a list, and keeps the elements of items that stay, with their focus.
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => Element & {update?: (item: T) => void}} make its `update` is called at once and then each time
 */
export function reconcile(parent, items, keyOf, make) {
  const before = known.get(parent) ?? new Map();
  const now = new Map();
  const focused = document.activeElement;
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const node = before.get(key) ?? make(item);
    now.set(key, node);
    node.update?.(item);
    if (node === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(node, place);
    }
  }
  for (const [key, node] of before) {
    if (!now.has(key)) {
      node.remove();
    }
  }
  known.set(parent, now);
  if (focused !== document.activeElement && parent.contains(focused)) {
    focused.focus({ preventScroll: true }); // Its element was moved.
  }
}
