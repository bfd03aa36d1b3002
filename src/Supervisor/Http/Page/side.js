import { events } from "./api.js";
import { el, setText } from "./dom.js";
import { milliseconds, rate } from "./format.js";

/** Fewer tokens come in one or two bursts, and their speed says nothing. */
const FEWEST_FOR_A_SPEED = 16;

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
    const times = { began: performance.now(), first: null, last: null };
    let content = "";
    let reason = "";
    let usage = null;
    try {
      const body = { model: this.model, messages: asked, stream: true, stream_options: { include_usage: true }, ...settings };
      for await (const event of events("POST", "v1/chat/completions", body, signal)) {
        const delta = event.choices[0]?.delta ?? {};
        if (delta.content || delta.reasoning_content) {
          times.last = performance.now();
          if (times.first === null) {
            times.first = times.last;
            setText(answer.figures, describe(times, null, ""));
          }
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
    setText(answer.figures, describe(times, usage, reason));
    answer.node.removeAttribute("aria-busy");
    this.answers.scrollTop = this.answers.scrollHeight;
  }

  #begin(text) {
    const answer = {
      thoughts: el("p", { class: "thoughts" }),
      text: el("p", { class: "text" }),
      figures: el("p", { class: "dim figures-line" }, "Waiting for the first token"),
    };
    answer.node = el("article", { class: "answer", "aria-busy": "true", "aria-label": `Answer of ${this.model}` },
      el("h3", {}, this.model), answer.thoughts, answer.text, answer.figures);
    this.answers.append(el("p", { class: "asked" }, text), answer.node);
    this.answers.scrollTop = this.answers.scrollHeight;
    return answer;
  }
}

function describe({ began, first, last }, usage, reason) {
  const parts = [];
  if (first !== null) {
    parts.push(`first token ${milliseconds(first - began)}`);
  }
  const tokens = usage?.completion_tokens ?? 0;
  if (tokens >= FEWEST_FOR_A_SPEED && last > first) {
    parts.push(`${rate((1000 * (tokens - 1)) / (last - first))} tokens/s`);
  }
  if (tokens > 0 && last !== null) {
    parts.push(`${tokens} tokens in ${milliseconds(last - began)}`);
  }
  const ends = { stop: "", length: "cut at the most tokens" };
  return [...parts, ends[reason] ?? reason].filter(Boolean).join(" · ");
}
