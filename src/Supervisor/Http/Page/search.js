/** Lists that are longer than this can be searched. */
export const SEARCHED_FROM = 9;

/** Whether a model has all words of a query in its names or its path. */
export function matches(model, query) {
  const text = [model.name, ...model.aliases, model.model ?? ""].join("\n").toLowerCase();
  return query.toLowerCase().split(/\s+/).every(word => text.includes(word));
}
