const KIB = 1024;
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** 1536 becomes "1.5 KiB". */
export function bytes(count) {
  let unit = 0;
  while (count >= KIB && unit < UNITS.length - 1) {
    count /= KIB;
    unit++;
  }
  return `${count >= 100 || unit < 2 ? Math.round(count) : count.toFixed(count >= 10 ? 1 : 2)} ${UNITS[unit]}`;
}

/** Seconds, as people say them. */
export function duration(seconds) {
  if (seconds < 60) {
    return `${Math.floor(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1440)} d`;
}

/** Milliseconds, for times that are short. */
export const milliseconds = count => (count < 1000 ? `${Math.round(count)} ms` : `${(count / 1000).toFixed(2)} s`);

export const rate = tokens => (tokens >= 100 || tokens === 0 ? Math.round(tokens).toLocaleString("en") : tokens.toFixed(1));

export const clock = when => new Date(when).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

const DEATHS = {
  exited: failure => `exited by itself with code ${failure.exit_code}`,
  crashed: failure => `crashed (${failure.signal || `code ${failure.exit_code}`})`,
  killed: failure => `killed from outside (${failure.signal || `code ${failure.exit_code}`})`,
  hung: () => "hung",
  stopped: () => "stopped from outside (SIGSTOP)",
  oom_killed: () => "killed by the kernel: out of memory",
  memory_limit: () => "killed: over its memory limit",
  cuda_error: failure => `CUDA error ${failure.cuda_error}`.trim(),
  start_failed: () => "did not start",
};

/** Why a worker died, in a sentence. */
export function death(failure) {
  const cause = DEATHS[failure.kind]?.(failure) ?? failure.kind;
  const xids = failure.xids.map(xid => `, Xid ${xid.number}`).join("");
  return `Worker ${failure.worker_pid} ${cause}${xids} while ${failure.during || "running"}, after ${duration(failure.lived_seconds)}`;
}

/** What ending a worker gave back, in a sentence. */
export function receipt(given) {
  const left = given.verdict === "Reclaimed" ? "nothing left" : given.verdict === "Partial" ? `${bytes(given.residual_bytes)} left` : "not verifiable";
  const why = given.reason ? `: ${given.reason}` : "";
  return `${given.verdict}: ${bytes(given.reclaimed_bytes)} released in ${milliseconds(given.milliseconds)}, ${left}${why}`;
}
