/** Quotes and lists deeper than this are text: what a model writes must not exhaust the stack. */
const MAX_DEPTH = 12;

// Each of these takes time in proportion to the line, whatever is in it: no two neighbours match the same characters.
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/s;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/s;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const UNDERLINE = /^ {0,3}(={3,}|-{3,})[ \t]*$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])(?:( +)(.*))?$/s;
const TABLE_RULE = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?$/;
const BLANK = /^[ \t]*$/;

/**
 * A part of a Markdown text. Two blocks of the same type and source are the same block.
 * @typedef {{type: "code"|"heading"|"item"|"list"|"paragraph"|"quote"|"row"|"rule"|"table", line: number, source: string}} Block
 * line: of its first line among those that were parsed. Other fields depend on the type.
 */

/**
 * Splits lines of Markdown into blocks: the part of CommonMark and GitHub's tables that models write. Takes time in proportion to the text.
 * @param {string[]} lines
 * @returns {Block[]}
 */
export function parseBlocks(lines, depth = 0) {
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    if (BLANK.test(lines[at])) {
      at++;
      continue;
    }
    const reader = READERS.find(([isStart]) => isStart(lines, at, depth));
    const block = reader ? reader[1](lines, at, depth) : readParagraph(lines, at, depth);
    const end = block.end;
    delete block.end;
    blocks.push({ ...block, line: at, source: lines.slice(at, end).join("\n") });
    at = end;
  }
  return blocks;
}

const READERS = [
  [(lines, at) => fenceOf(lines[at]) !== null, readCode],
  [(lines, at) => HEADING.test(lines[at]), readHeading],
  [(lines, at) => RULE.test(lines[at]), (lines, at) => ({ type: "rule", end: at + 1 })],
  [(lines, at, depth) => depth < MAX_DEPTH && QUOTE.test(lines[at]), readQuote],
  [(lines, at, depth) => depth < MAX_DEPTH && ITEM.test(lines[at]), readList],
  [isTable, readTable],
];

/** Whether a line ends a paragraph before it. A list does so only when it looks like one: "in\n1986. We" goes on. */
function interrupts(lines, at, depth) {
  const item = ITEM.exec(lines[at]);
  return item
    ? depth < MAX_DEPTH && (item[4] ?? "") !== "" && (!/^\d/.test(item[2]) || /^1[.)]$/.test(item[2])) || RULE.test(lines[at])
    : READERS.some(([isStart]) => isStart(lines, at, depth));
}

/** The fence that a line opens; code between backticks within a line is none. */
function fenceOf(line) {
  const match = FENCE.exec(line);
  return match === null || (match[1][0] === "`" && match[2].includes("`")) ? null : { fence: match[1], info: match[2].trim() };
}

/** Without its closing fence, the rest is code: an answer may still be under way. */
function readCode(lines, at) {
  const { fence, info } = fenceOf(lines[at]);
  const indent = indentOf(lines[at]);
  let end = at + 1;
  const code = [];
  for (; end < lines.length; end++) {
    const closing = fenceOf(lines[end]);
    if (closing?.fence.startsWith(fence) && closing.info === "") {
      end++;
      break;
    }
    code.push(unindent(lines[end], indent));
  }
  return { type: "code", end, language: info.split(/[ \t]/, 1)[0], code: code.join("\n") };
}

function readHeading(lines, at) {
  const [, hashes, text] = HEADING.exec(lines[at]);
  return { type: "heading", end: at + 1, level: hashes.length, text: withoutHashes((text ?? "").trim()) };
}

/** "# Title ##" has closing hashes, "# C#" has none. */
function withoutHashes(text) {
  let end = text.length;
  while (text[end - 1] === "#") {
    end--;
  }
  return end === 0 || /[ \t]/.test(text[end - 1]) ? text.slice(0, end).trimEnd() : text;
}

function readQuote(lines, at, depth) {
  let end = at;
  const inner = [];
  for (; end < lines.length && QUOTE.test(lines[end]); end++) {
    inner.push(lines[end].replace(QUOTE, ""));
  }
  return { type: "quote", end, blocks: parseBlocks(inner, depth + 1) };
}

/** Two columns of indentation make a nested list, also below "1.", as models write it. */
function readList(lines, at, depth) {
  const [, space, marker] = ITEM.exec(lines[at]);
  const kind = marker.at(-1);
  const base = space.length;
  const items = [];
  let wasBlank = false;
  let end = at;
  for (; end < lines.length; end++) {
    const line = lines[end];
    if (BLANK.test(line)) {
      wasBlank = true;
      items.at(-1).lines.push("");
      continue;
    }
    const item = ITEM.exec(line);
    const indent = indentOf(line);
    if (items.length > 0 && indent >= base + 2) {
      items.at(-1).lines.push(unindent(line, items.at(-1).indent));
    } else if (item?.[2].at(-1) === kind && !RULE.test(line)) {
      const padding = Math.min(item[3]?.length ?? 1, 4);
      items.push({ line: end, indent: indent + item[2].length + padding, lines: [" ".repeat((item[3]?.length ?? 1) - padding) + (item[4] ?? "")] });
    } else if (wasBlank || item || interrupts(lines, end, depth)) {
      break;
    } else {
      items.at(-1).lines.push(line.trimStart());
    }
    wasBlank = false;
  }
  const blocks = items.map(item => ({
    type: "item", line: item.line - at, source: item.lines.join("\n").trimEnd(), blocks: parseBlocks(item.lines, depth + 1),
  }));
  return { type: "list", end, start: /^\d/.test(marker) ? Number.parseInt(marker, 10) : null, blocks };
}

function isTable(lines, at) {
  return lines[at].includes("|") && at + 1 < lines.length && lines[at + 1].includes("-") && TABLE_RULE.test(lines[at + 1].trim())
    && cellsOf(lines[at]).length === cellsOf(lines[at + 1]).length;
}

function readTable(lines, at) {
  const header = cellsOf(lines[at]);
  const aligned = cellsOf(lines[at + 1]).map(cell => (!cell.endsWith(":") ? "" : cell.startsWith(":") ? "center" : "right"));
  const rows = [];
  let end = at + 2;
  for (; end < lines.length && !BLANK.test(lines[end]) && !READERS.slice(0, 5).some(([isStart]) => isStart(lines, end, 0)); end++) {
    rows.push({ type: "row", line: end - at, source: lines[end], cells: cellsOf(lines[end]).slice(0, header.length), aligned });
  }
  return { type: "table", end, header, aligned, blocks: rows };
}

/** The cells of a row, at its bars that have no backslash before them. */
function cellsOf(line) {
  const cells = [""];
  const row = line.trim();
  for (let i = row.startsWith("|") ? 1 : 0; i < row.length; i++) {
    if (row[i] === "\\" && row[i + 1] === "|") {
      cells[cells.length - 1] += "|";
      i++;
    } else if (row[i] !== "|") {
      cells[cells.length - 1] += row[i];
    } else if (i < row.length - 1) {
      cells.push("");
    }
  }
  return cells.map(cell => cell.trim());
}

function readParagraph(lines, at, depth) {
  let end = at + 1;
  for (; end < lines.length && !BLANK.test(lines[end]); end++) {
    const underline = UNDERLINE.exec(lines[end]);
    if (underline) {
      return { type: "heading", end: end + 1, level: underline[1][0] === "=" ? 1 : 2, text: joined(lines, at, end) };
    }
    if (interrupts(lines, end, depth)) {
      break;
    }
  }
  return { type: "paragraph", end, text: joined(lines, at, end) };
}

const joined = (lines, from, to) => lines.slice(from, to).map(line => line.trim()).join("\n");

const indentOf = line => line.length - line.trimStart().length;

/** Takes away up to a number of blanks at the start. */
const unindent = (line, count) => line.slice(Math.min(count, indentOf(line)));
