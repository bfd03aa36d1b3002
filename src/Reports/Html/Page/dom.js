const byId = id => document.getElementById(id);

/** Makes an element of HTML; children that are strings become text, never markup. */
function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** Makes an element of SVG. */
function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== null));
  return node;
}

/** Fills a table. A column is [title, cell of an item, whether it is a number]. */
function showTable(table, columns, items) {
  const cell = (tag, isNumber, content) => el(tag, isNumber ? { class: "number" } : {}, ...[content].flat());
  table.replaceChildren(
    el("thead", {}, el("tr", {}, ...columns.map(([title, , isNumber]) => cell("th", isNumber, title)))),
    el("tbody", {}, ...items.map(item => el("tr", {}, ...columns.map(([, show, isNumber]) => cell("td", isNumber, show(item)))))));
}

function offer(select, options) {
  select.replaceChildren(...options.map(([value, title]) => el("option", { value }, title)));
}
