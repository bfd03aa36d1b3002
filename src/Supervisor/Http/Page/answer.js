import { el, setText } from "./dom.js";
import { Markdown } from "./markdown.js";

/** One answer of a chat, shown as it comes: at most once a frame, whatever the speed of the stream. */
export class Answer {
  #scrolled;
  #markdown;
  #thought = document.createTextNode("");
  #thoughts = "";
  #figures = el("p", { class: "dim figures-line" });
  #frame = 0;

  /** @param {Element} answers it is appended here */
  constructor(model, answers) {
    const text = el("div", { class: "text" });
    this.#scrolled = answers;
    this.#markdown = new Markdown(text);
    this.node = el("article", { class: "answer", "aria-busy": "true", "aria-label": `Answer of ${model}` },
      el("h3", {}, model), el("p", { class: "thoughts" }, this.#thought), text, this.#figures);
    answers.append(this.node);
  }

  /** Adds to the answer and to the thought before it. */
  append(content, thoughts) {
    this.#markdown.append(content);
    this.#thoughts += thoughts;
    this.#frame ||= requestAnimationFrame(() => this.#show());
  }

  /** Says how it stands with the answer. */
  say(text) {
    setText(this.#figures, text);
  }

  /** Shows all of it. Nothing follows. */
  end(figures, isBad) {
    this.say(figures);
    this.node.classList.toggle("bad", isBad);
    this.node.removeAttribute("aria-busy");
    this.#show();
  }

  /** Follows the end of the answers for readers who are there. */
  #show() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const followed = [this.#scrolled, document.scrollingElement].filter(isAtEnd);
    this.#thought.appendData(this.#thoughts);
    this.#thoughts = "";
    this.#markdown.show();
    followed.forEach(scrollToEnd);
  }
}

const NEAR = 40;

const isAtEnd = node => node.scrollTop + node.clientHeight >= node.scrollHeight - NEAR;

function scrollToEnd(node) {
  node.scrollTop = node.scrollHeight;
}

/** Shows the latest answer. On phones the whole page scrolls. */
export const showLatest = answers => [answers, document.scrollingElement].forEach(scrollToEnd);
