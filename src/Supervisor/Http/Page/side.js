import { events } from "./api.js";
import { el, setText } from "./dom.js";
import { milliseconds, rate } from "./format.js";

/** One of the two models that are asked side by side: its choice, and the talk with it. */
export class Side {
  #talk = [];

  constructor(select, answers) {
    this.select = select;
    this.answers = answers;
  }

  get model() {
    return this.select.value;
  }

  /** Fills the choice, and keeps what was chosen. */
  offer(models, preferred, none) {
    const options = [...(none ? [["", none]] : []), ...models.map(name => [name, name])];
    if (options.map(([value]) => value).join("\n") === [...this.select.options].map(option => option.value).join("\n")) {
      return;
    }
    const chosen = this.select.options.length > 0 ? this.model : preferred;
    this.select.replaceChildren(...options.map(([value, text]) => el("option", { value }, text)));
    this.select.value = options.some(([value]) => value === chosen) ? chosen : options[0]?.[0] ?? "";
  }

  clear() {
    this.#talk = [];
    this.answers.replaceChildren();
  }

  /** Asks, and shows the answer as it comes, with its speed. */
  async ask(text, settings, signal) {
    const answer = this.#begin(text);
    const asked = [...this.#talk, { role: "user", content: text }];
    const began = performance.now();
    let first = null;
    let content = "";
    let reason = "";
    let usage = null;
    try {
      const body = { model: this.model, messages: asked, stream: true, stream_options: { include_usage: true }, ...settings };
      for await (const event of events("POST", "v1/chat/completions", body, signal)) {
        const delta = event.choices[0]?.delta ?? {};
        if (delta.content || delta.reasoning_content) {
          first ??= performance.now();
        }
        content += delta.content ?? "";
        answer.thoughts.append(delta.reasoning_content ?? "");
        answer.text.append(delta.content ?? "");
        reason = event.choices[0]?.finish_reason ?? reason;
        usage = event.usage ?? usage;
        this.answers.scrollTop = this.answers.scrollHeight;
      }
    } catch (error) {
      reason = error.name === "AbortError" ? "stopped" : error.message;
      answer.node.classList.toggle("bad", error.name !== "AbortError");
    }
    if (content) {
      this.#talk = [...asked, { role: "assistant", content }];
    }
    setText(answer.figures, describe(began, first, usage, reason));
    answer.node.removeAttribute("aria-busy");
    this.answers.scrollTop = this.answers.scrollHeight;
  }

  #begin(text) {
    const answer = { thoughts: el("p", { class: "thoughts" }), text: el("p", { class: "text" }), figures: el("p", { class: "dim figures-line" }, "Waiting for the first token") };
    answer.node = el("article", { class: "answer", "aria-busy": "true", "aria-label": `Answer of ${this.model}` }, el("h3", {}, this.model), answer.thoughts, answer.text, answer.figures);
    this.answers.append(el("p", { class: "asked" }, text), answer.node);
    this.answers.scrollTop = this.answers.scrollHeight;
    return answer;
  }
}

function describe(began, first, usage, reason) {
  const parts = [];
  if (first !== null) {
    parts.push(`first token ${milliseconds(first - began)}`);
    const tokens = usage?.completion_tokens ?? 0;
    const seconds = (performance.now() - first) / 1000;
    if (tokens > 1 && seconds > 0) {
      parts.push(`${rate((tokens - 1) / seconds)} tokens/s`, `${tokens} tokens`);
    }
  }
  const ends = { stop: "", length: "cut at the most tokens" };
  return [...parts, ends[reason] ?? reason].filter(Boolean).join(" · ");
}
