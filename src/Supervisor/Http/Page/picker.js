import { el } from "./dom.js";
import { matches, SEARCHED_FROM } from "./search.js";

/** The choice of a model. Where there are many, a field narrows it. */
export class Picker {
  #select;
  #find;
  #models = [];

  /** The name that was chosen; it is kept while that model is not offered. */
  chosen = "";

  /**
   * @param {HTMLSelectElement} select
   * @param {HTMLInputElement} find in a label
   */
  constructor(select, find) {
    this.#select = select;
    this.#find = find;
    select.addEventListener("change", () => (this.chosen = this.value));
    find.addEventListener("input", () => {
      this.#show();
      this.chosen = this.value;
    });
    find.addEventListener("keydown", event => event.key === "Enter" && event.preventDefault());
  }

  get value() {
    return this.#select.value;
  }

  /** What is known of the chosen model. */
  get model() {
    return this.#models.find(model => model.name === this.value);
  }

  offer(models, preferred) {
    this.#models = models;
    this.#find.parentElement.hidden = models.length < SEARCHED_FROM;
    this.chosen ||= preferred;
    this.#show();
  }

  /** Where nothing matches, the choice stays as it is. */
  #show() {
    const query = this.#find.parentElement.hidden ? "" : this.#find.value;
    const found = this.#models.filter(model => matches(model, query));
    const names = (found.length > 0 ? found : this.#models.filter(model => model.name === this.chosen)).map(model => model.name);
    if (names.join("\n") !== [...this.#select.options].map(option => option.value).join("\n")) {
      this.#select.replaceChildren(...names.map(name => el("option", { value: name }, name)));
    }
    this.#select.value = names.includes(this.chosen) ? this.chosen : names[0] ?? "";
  }
}
