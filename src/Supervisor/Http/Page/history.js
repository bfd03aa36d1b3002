const LEAST_SPAN = 60 * 1000;
const MOST_SPAN = 5 * 60 * 1000;
const RATE_WINDOW = 3000;

/**
 * What was seen in the last minutes: one sample a poll.
 * @typedef {{time: number, workers: Map<string, {name: string, pid: number, bytes: number}>, tokens: Map<string, number>, rates: Map<string, number>}} Sample
 */
export class History {
  /** @type {Sample[]} */
  samples = [];

  /** Milliseconds that a chart shows: what there is, within bounds. */
  get span() {
    return Math.max(LEAST_SPAN, this.samples.at(-1).time - this.samples[0].time);
  }

  add(time, pipelines) {
    const sample = { time, workers: new Map(), tokens: new Map(), rates: new Map() };
    const before = this.samples.findLast(other => other.time <= time - RATE_WINDOW) ?? this.samples[0];
    for (const pipeline of pipelines) {
      sample.tokens.set(pipeline.id, pipeline.generated_tokens);
      if (pipeline.worker_pid) {
        sample.workers.set(`${pipeline.id} ${pipeline.worker_pid}`, { name: pipeline.name, pid: pipeline.worker_pid, bytes: pipeline.held_bytes });
      }
      const tokens = pipeline.generated_tokens - (before?.tokens.get(pipeline.id) ?? pipeline.generated_tokens);
      sample.rates.set(pipeline.id, before ? (1000 * tokens) / (time - before.time) : 0);
    }
    this.samples.push(sample);
    this.samples = this.samples.filter(other => other.time >= time - MOST_SPAN);
  }

  /** Tokens a second that a pipeline made of late. */
  rate(id) {
    return this.samples.at(-1)?.rates.get(id) ?? 0;
  }

  /** All workers that were seen, in the order they came. */
  workers() {
    const all = new Map();
    for (const sample of this.samples) {
      for (const [key, worker] of sample.workers) {
        all.set(key, worker);
      }
    }
    return all;
  }
}
