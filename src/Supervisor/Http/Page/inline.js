import { el } from "./dom.js";

// Bound the depth of the document. What is beyond them is text.
const MAX_OPEN = 20;
const MAX_RUN = 6;

const SCHEMES = ["http:", "https:", "mailto:"];

const TOKEN = /\\[!-/:-@[-`{-~]|`+|\*+|_+|~~|!?\[|\]|<br ?\/?>|<https?:\/\/[^\s<>]{1,2000}>|https?:\/\/[^\s<>"'`*\]|]{1,2000}/gi;
const TARGET = /\([ \t]{0,9}((?:[^\s()<>]|\([^\s()<>]{0,500}\)){1,2000})(?:[ \t]{1,9}(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'))?[ \t]{0,9}\)/y;
const SPACE = /^\s?$/;
const PUNCTUATION = /[\p{P}\p{S}]/u;

/**
 * Makes nodes of the Markdown within a paragraph: emphasis, code, links. All else, markup of HTML included, is text. Images are links, never loaded.
 * @param {string} text
 * @returns {(Node|string)[]}
 */
export function inlineNodes(text) {
  const root = { children: [] };
  const open = [];
  const ticks = ticksOf(text);
  const add = node => (open.at(-1) ?? root).children.push(node);
  let at = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const token = match[0];
    const start = match.index;
    let end = TOKEN.lastIndex;
    add(text.slice(at, start));
    if (token[0] === "\\") {
      add(token[1]);
    } else if (token[0] === "`") {
      const closing = ticks.after(token.length, end);
      if (closing === undefined) {
        add(token);
      } else {
        add(el("code", {}, codeOf(text.slice(end, closing))));
        end = closing + token.length;
      }
    } else if (token[0] === "*" || token[0] === "_" || token === "~~") {
      emphasize(token, text[start - 1] ?? "", text[end] ?? "", open, root);
    } else if (token === "[" || token === "![") {
      open.length < MAX_OPEN ? open.push({ mark: "[", literal: token, children: [] }) : add(token);
    } else if (token === "]") {
      end = closeBracket(text, end, open, root);
    } else if (token[0] === "<" && token[1].toLowerCase() === "b") {
      add(el("br"));
    } else {
      const url = token[0] === "<" ? token.slice(1, -1) : withoutPunctuation(token);
      const link = open.some(frame => frame.mark === "[") ? null : makeLink(url, [url]);
      add(link ?? url);
      end = token[0] === "<" ? end : start + url.length;
    }
    at = TOKEN.lastIndex = end;
  }
  add(text.slice(at));
  return flatten(open, 0, root.children);
}

/** Closes what the run of marks can close, nearest first, and opens with the rest. */
function emphasize(run, before, after, open, root) {
  const mark = run[0];
  const [opens, closes] = run.length > MAX_RUN ? [false, false] : sides(mark, before, after);
  let left = run.length;
  while (closes && left > 0) {
    const index = open.findLastIndex(frame => frame.mark === mark);
    if (index < 0) {
      break;
    }
    const frame = open[index];
    const width = Math.min(left, frame.literal.length, 2);
    const node = fill(el(mark === "~" ? "del" : width === 2 ? "strong" : "em"), flatten(open, index + 1, frame.children));
    left -= width;
    frame.literal = frame.literal.slice(width);
    frame.children = [node];
    if (frame.literal === "") {
      open.pop();
      (open.at(-1) ?? root).children.push(node);
    }
  }
  if (left > 0) {
    const literal = mark.repeat(left);
    opens && open.length < MAX_OPEN ? open.push({ mark, literal, children: [] }) : (open.at(-1) ?? root).children.push(literal);
  }
}

/** Whether a run may open and close emphasis, by its neighbours; underscores within words do neither. */
function sides(mark, before, after) {
  const isLeft = !SPACE.test(after) && (!PUNCTUATION.test(after) || SPACE.test(before) || PUNCTUATION.test(before));
  const isRight = !SPACE.test(before) && (!PUNCTUATION.test(before) || SPACE.test(after) || PUNCTUATION.test(after));
  return mark === "_"
    ? [isLeft && (!isRight || PUNCTUATION.test(before)), isRight && (!isLeft || PUNCTUATION.test(after))]
    : [isLeft, isRight];
}

/** Makes a link of an open bracket and the address that follows it; without one, or with one of another scheme, it stays text. */
function closeBracket(text, end, open, root) {
  const index = open.findLastIndex(frame => frame.mark === "[");
  if (index < 0) {
    (open.at(-1) ?? root).children.push("]");
    return end;
  }
  const frame = open[index];
  TARGET.lastIndex = end;
  const target = frame.hasLink ? null : TARGET.exec(text);
  const children = flatten(open, index + 1, frame.children);
  open.pop();
  const parent = open.at(-1) ?? root;
  const link = target && makeLink(target[1], children);
  if (link) {
    open.filter(other => other.mark === "[").forEach(other => (other.hasLink = true));
    parent.children.push(link);
    return TARGET.lastIndex;
  }
  [frame.literal, ...children, "]"].forEach(child => parent.children.push(child));
  return end;
}

/** What was opened and never closed, from an index on, is text again. */
function flatten(open, from, children) {
  return open.splice(from).reduce((all, frame) => all.concat(frame.literal, frame.children), children);
}

/** Appends one by one: as arguments of one call, too many would exhaust the stack. */
export function fill(node, children) {
  children.forEach(child => node.append(child));
  return node;
}

/** Null for an address that is none, or has a scheme that a page must not open. */
function makeLink(address, children) {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url && SCHEMES.includes(url.protocol)
    ? fill(el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }), children)
    : null;
}

function withoutPunctuation(url) {
  const stops = url.includes("(") ? ".,;:!?" : ".,;:!?)";
  let end = url.length;
  while (stops.includes(url[end - 1])) {
    end--;
  }
  return url.slice(0, end);
}

function codeOf(text) {
  const code = text.replaceAll("\n", " ");
  return code.startsWith(" ") && code.endsWith(" ") && code.trim() ? code.slice(1, -1) : code;
}

/** The runs of backticks by length, to be asked for from the start to the end of the text. */
function ticksOf(text) {
  const runs = new Map();
  for (const { 0: { length }, index } of text.matchAll(/`+/g)) {
    (runs.get(length) ?? runs.set(length, { starts: [], next: 0 }).get(length)).starts.push(index);
  }
  return {
    after(length, from) {
      const run = runs.get(length) ?? { starts: [], next: 0 };
      while (run.next < run.starts.length && run.starts[run.next] < from) {
        run.next++;
      }
      return run.starts[run.next];
    },
  };
}
