import { parseBlocks } from "./blocks.js";
import { appendCode, makeCode } from "./code.js";
import { el } from "./dom.js";
import { fill, inlineNodes } from "./inline.js";

/** The page's own headings are above those of an answer. */
const HEADINGS = ["h4", "h5", "h6"];

const MAKERS = {
  code: makeCode,
  heading: block => fill(el(HEADINGS[Math.min(block.level, HEADINGS.length) - 1]), inlineNodes(block.text)),
  item: block => showBlocks(el("li"), block.blocks),
  list: block => showBlocks(el(block.start === null ? "ul" : "ol", { start: block.start }), block.blocks),
  paragraph: block => fill(el("p"), inlineNodes(block.text)),
  quote: block => showBlocks(el("blockquote"), block.blocks),
  row: block => el("tr", {}, ...cells("td", block.cells, block.aligned)),
  rule: () => el("hr"),
  table: block => el("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Table" }, el("table", {},
    el("thead", {}, el("tr", {}, ...cells("th", block.header, block.aligned))), showBlocks(el("tbody"), block.blocks))),
};

/** Those that take over what has come since; they return whether they could. */
const UPDATERS = {
  code: appendCode,
  item: (node, block) => showBlocks(node, block.blocks),
  list: (node, block, before) => block.start === before.start && showBlocks(node, block.blocks),
  quote: (node, block) => showBlocks(node, block.blocks),
  table: (node, block, before) => String(block.header) === String(before.header) && String(block.aligned) === String(before.aligned)
    && showBlocks(node.querySelector("tbody"), block.blocks),
};

/** The block that an element shows. */
const shown = new WeakMap();

/**
 * Shows Markdown that grows: an element has the blocks of the text so far. Blocks that are complete are never parsed again, and of the last one only
 * what differs is made again. Model text becomes text and elements made here, never markup.
 */
export class Markdown {
  #node;
  #tail = "";
  #settled = 0;

  constructor(node) {
    this.#node = node;
  }

  /** Adds a piece, which is seen after `show`. */
  append(text) {
    this.#tail += text.replaceAll("\r", "");
  }

  show() {
    const lines = this.#tail.split("\n");
    const blocks = parseBlocks(lines);
    showBlocks(this.#node, blocks, this.#settled);
    // Where a block begins is certain once its first two lines are complete: they may be a table's.
    const last = blocks.findLastIndex(block => block.line < lines.length - 2);
    if (last > 0) {
      this.#tail = lines.slice(blocks[last].line).join("\n");
      this.#settled += last;
    }
  }
}

/** Makes the elements of a parent, from an index on, those of blocks. Ones that show the same stay. */
function showBlocks(parent, blocks, from = 0) {
  let next = parent.children[from];
  for (const block of blocks) {
    const node = next;
    const before = shown.get(node);
    next = node?.nextElementSibling;
    if (before?.type === block.type && before.source === block.source) {
      continue;
    }
    const isUpdated = before?.type === block.type && UPDATERS[block.type]?.(node, block, before);
    const now = isUpdated ? node : MAKERS[block.type](block);
    if (!node) {
      parent.append(now);
    } else if (now !== node) {
      node.replaceWith(now);
    }
    shown.set(now, block);
  }
  while (next) {
    const after = next.nextElementSibling;
    next.remove();
    next = after;
  }
  return parent;
}

const cells = (tag, texts, aligned) => texts.map((text, index) => fill(el(tag, { class: aligned[index] || null }), inlineNodes(text)));
