import { Answer, showLatest } from "./answer.js";
import { events } from "./api.js";
import { byId, el } from "./dom.js";
import { milliseconds, rate } from "./format.js";
import { Picker } from "./picker.js";
import { waitingFor } from "./stage.js";

/** Fewer tokens come in one or two bursts, and their speed says nothing. */
const FEWEST_FOR_A_SPEED = 16;

/**
 * One of the two models that are asked side by side: its choice, and the conversation with it.
 * @typedef {{model: string, question: string, content: string, thoughts: string, figures: string?, isBad: boolean}} Turn
 * figures: null while the answer is under way.
 */
export class Side {
  /** @type {Turn[]} */
  #turns = [];
  #answers;
  #waiting = null;

  constructor(index) {
    this.picker = new Picker(byId(`chat-model-${index}`), byId(`chat-find-${index}`));
    this.#answers = byId(`chat-answers-${index}`);
    let height = 0;
    new ResizeObserver(() => {
      if (height === 0 && this.#turns.length > 0) {
        showLatest(this.#answers); // They were hidden.
      }
      height = this.#answers.clientHeight;
    }).observe(this.#answers);
  }

  /** What `restore` takes. */
  get state() {
    return { model: this.picker.chosen, turns: this.#turns };
  }

  restore({ model, turns }) {
    this.picker.chosen = model;
    this.#turns = turns;
    for (const turn of turns) {
      turn.figures ??= "interrupted";
      const answer = this.#begin(turn);
      answer.append(turn.content, turn.thoughts);
      answer.end(turn.figures, turn.isBad);
    }
  }

  offer(models, preferred) {
    this.picker.offer(models, preferred);
    this.#waiting?.();
  }

  clear() {
    this.#turns = [];
    this.#answers.replaceChildren();
  }

  /** Asks, and shows the answer as it comes, with its speed. */
  async ask(question, system, settings, signal) {
    const turn = { model: this.picker.value, question, content: "", thoughts: "", figures: null, isBad: false };
    const messages = [...(system ? [{ role: "system", content: system }] : []), ...this.#messages(), { role: "user", content: question }];
    this.#turns.push(turn);
    const answer = this.#begin(turn);
    this.#waiting = () => answer.say(waitingFor(this.picker.model ?? { name: turn.model }));
    this.#waiting();
    const times = { began: performance.now(), first: null, last: null };
    let reason = "";
    let usage = null;
    try {
      const body = { model: turn.model, messages, stream: true, stream_options: { include_usage: true }, ...settings };
      for await (const event of events("POST", "v1/chat/completions", body, signal)) {
        const { content = "", reasoning_content: thoughts = "" } = event.choices[0]?.delta ?? {};
        if (content || thoughts) {
          times.last = performance.now();
          if (times.first === null) {
            times.first = times.last;
            this.#waiting = null;
            answer.say(describe(times, null, ""));
          }
          turn.content += content ?? "";
          turn.thoughts += thoughts ?? "";
          answer.append(content ?? "", thoughts ?? "");
        }
        reason = event.choices[0]?.finish_reason ?? reason;
        usage = event.usage ?? usage;
      }
    } catch (error) {
      turn.isBad = error.name !== "AbortError";
      reason = turn.isBad ? error.message : "stopped";
    }
    this.#waiting = null;
    turn.figures = describe(times, usage, reason);
    answer.end(turn.figures, turn.isBad);
  }

  /** What was said so far; a question without an answer is left out. */
  #messages() {
    return this.#turns.filter(turn => turn.content)
      .flatMap(turn => [{ role: "user", content: turn.question }, { role: "assistant", content: turn.content }]);
  }

  #begin({ model, question }) {
    this.#answers.append(el("p", { class: "asked" }, question));
    const answer = new Answer(model, this.#answers);
    showLatest(this.#answers);
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
  const ends = { stop: "", length: "cut at max tokens" };
  return [...parts, ends[reason] ?? reason].filter(Boolean).join(" · ");
}
