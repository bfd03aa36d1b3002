const KEY = "lmdeploy-key";

/** An answer that is an error, with its HTTP status; 0 when there was no answer or it broke off. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The API key of this tab; null when there is none. It is forgotten with the tab. */
export const apiKey = {
  get: () => sessionStorage.getItem(KEY),
  set: key => (key ? sessionStorage.setItem(KEY, key) : sessionStorage.removeItem(KEY)),
};

/**
 * Calls the API and reads its answer.
 * @param {"GET"|"POST"|"DELETE"} method
 * @param {string} path relative to the page, so that it works behind a prefix
 * @throws {ApiError}
 */
export async function call(method, path, body, signal) {
  const answer = await send(method, path, body, signal);
  return answer.json();
}

/** Calls the API and yields the events of its answer, as they come. */
export async function* events(method, path, body, signal) {
  const answer = await send(method, path, body, signal);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      throw new ApiError(0, "The answer broke off.");
    }
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const data = block.split("\n").filter(line => line.startsWith("data:")).map(line => line.slice(5).trimStart()).join("\n");
      if (data === "[DONE]") {
        return;
      }
      const event = JSON.parse(data);
      if (event.error) {
        throw new ApiError(0, event.error.message);
      }
      yield event;
    }
  }
}

async function send(method, path, body, signal) {
  const headers = {};
  if (apiKey.get()) {
    headers.Authorization = `Bearer ${apiKey.get()}`;
  }
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
  } catch (error) {
    throw error.name === "AbortError" ? error : new ApiError(0, "The server does not answer.");
  }
  if (answer.ok) {
    return answer;
  }
  const said = await answer.json().catch(() => null);
  if (answer.status === 401) {
    window.dispatchEvent(new Event("keyneeded"));
    throw new ApiError(401, "Sign in with an API key first.");
  }
  throw new ApiError(answer.status, said?.error?.message ?? `The server answered ${answer.status}.`);
}
