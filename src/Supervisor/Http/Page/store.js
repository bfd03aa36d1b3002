const KEY = "lmdeploy-chat";

/** The conversation and its settings, which outlive a reload of this tab and end with the tab. */
export const store = {
  /** Null when there is nothing. */
  get() {
    try {
      return JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      return null; // Another version of the page may have written it.
    }
  },
  /** A conversation that is too long for the browser's store is not kept. */
  set(state) {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(state));
    } catch {
      sessionStorage.removeItem(KEY);
    }
  },
  clear: () => sessionStorage.removeItem(KEY),
};
