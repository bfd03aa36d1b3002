import { call } from "./api.js";

/** The models that are served, in the form of `v1/pipelines`, as far as `v1/models` shows them to every key. */
export async function readCatalog() {
  const { data } = await call("GET", "v1/models");
  return data.filter(entry => entry.id === entry.root).map(({ id: name, state, error, progress }) => ({
    name,
    aliases: data.filter(entry => entry.root === name && entry.id !== name).map(entry => entry.id),
    state,
    error,
    progress,
    pipelines: [],
  }));
}
