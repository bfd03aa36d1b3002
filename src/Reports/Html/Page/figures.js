/** Who is better, and how it was measured. */
function showFindings(data) {
  const [winner, ...others] = data.findings.map(finding => `${finding}.`);
  byId("findings").replaceChildren(
    ...(winner ? [el("p", { class: "winner" }, winner)] : []),
    ...(others.length > 0 ? [el("ul", {}, ...others.map(other => el("li", {}, other)))] : []));
  byId("provenance").replaceChildren(...data.provenance.flatMap(([label, value]) => [el("dt", {}, label), el("dd", {}, value)]));
}

/** The tables and charts of figures. */
function showFigures(data) {
  const models = data.models.map((model, index) => ({ ...model, color: colorOf(index) }));
  const name = model => [el("span", { class: "key", style: `background:${model.color}` }), model.name];
  const failure = (what, error) => el("p", { class: "error" }, el("strong", {}, `${what} failed: `), `${error.code}: ${error.message}`);
  byId("errors").replaceChildren(
    ...models.filter(model => model.error).map(model => failure(model.name, model.error)),
    ...(data.judge_error ? [failure("The judge", data.judge_error)] : []));
  showTable(byId("models"), [
    ["Model", name],
    ["Architecture", model => model.architecture ?? UNKNOWN],
    ["Parameters", model => whole(model.parameters), true],
    ...data.scorers.map(scorer => [scorer, model => interval(model.metrics[scorer]), true]),
    ...(data.scorers.length > 0 && models.some(model => model.cut > 0) ? [["Cut", model => String(model.cut), true]] : []),
    ["Load", model => fixed(model.load_seconds, 2, " s"), true],
    ["First token", model => fixed(model.ttft_ms_p50, 1, " ms"), true],
    ["Tokens/s", model => whole(model.tokens_per_second), true],
    ["Peak", model => known(model.peak_bytes) ? `${bytes(model.peak_bytes)} ${model.memory}` : UNKNOWN, true],
  ], models);
  showTable(byId("receipts"), [
    ["Model", name],
    ["Verdict", model => model.receipt ? el("span", { class: model.receipt.verdict === "Reclaimed" ? "good" : "bad" }, model.receipt.verdict) : UNKNOWN],
    ["Held", model => bytes(model.receipt?.held_bytes), true],
    ["Given back", model => bytes(model.receipt?.reclaimed_bytes), true],
    ["Left", model => bytes(model.receipt?.residual_bytes), true],
    ["Time", model => fixed(millisecondsOf(model.receipt?.reclaim_time), 0, " ms"), true],
    ["Process", model => String(model.receipt?.worker_pid ?? UNKNOWN), true],
    ["Workers that died", model => String(model.crashes.length), true],
  ], models);
  byId("differences-part").hidden = data.differences.length === 0;
  showTable(byId("differences"), [
    ["First", difference => difference.first],
    ["Second", difference => difference.second],
    ["Scorer", difference => difference.scorer],
    ["Difference", interval, true],
    ["p", difference => probability(difference.p), true],
    ["Test", difference => difference.test],
  ], data.differences);
  byId("judged-part").hidden = data.judgements.length === 0;
  showTable(byId("judged"), [
    ["First", judgement => judgement.first],
    ["Second", judgement => judgement.second],
    ["Win rate", interval, true],
    ["Wins", judgement => whole(judgement.wins), true],
    ["Losses", judgement => whole(judgement.losses), true],
    ["Ties", judgement => whole(judgement.ties), true],
    ["Not judged", judgement => whole(judgement.not_judged), true],
    ["p", judgement => probability(judgement.p), true],
  ], data.judgements);
  showCategories(data, models);
  showLatencies(models);
  showMemory(data, models);
  chooseScores(data, models);
}

const categoriesOf = data => [...new Set(data.questions.map(question => question.category))].filter(category => category !== "").sort();

function showCategories(data, models) {
  const rows = data.scorers.flatMap(scorer => categoriesOf(data).map(category => ({ scorer, category })));
  byId("categories-part").hidden = rows.length === 0;
  showTable(byId("categories"), [
    ["Scorer", row => row.scorer],
    ["Category", row => row.category],
    ["Questions", row => whole(models.map(model => model.metrics_by_category[row.scorer]?.[row.category]?.count).find(known)), true],
    ...models.map(model => [model.name, row => interval(model.metrics_by_category[row.scorer]?.[row.category]), true]),
  ], rows);
}

function chooseScores(data, models) {
  offer(byId("scorer"), data.scorers.map(scorer => [scorer, scorer]));
  offer(byId("category"), [["", "all"], ...categoriesOf(data).map(category => [category, category])]);
  const show = () => {
    const [scorer, category] = [byId("scorer").value, byId("category").value];
    const metric = model => category ? model.metrics_by_category[scorer]?.[category] : model.metrics[scorer];
    const items = models.map(model => ({ name: model.name, color: model.color, ...metric(model) }));
    byId("scores-caption").textContent = scorer ? `${scorer}${category ? `, ${category}` : ""}, with ${data.confidence * 100} % intervals` : "No scores";
    byId("scores").replaceChildren(scorer ? bars(items, scorer) : nothing());
    byId("speed").replaceChildren(scatter(items.map((item, index) => ({ ...item, x: models[index].tokens_per_second })), "tokens per second", scorer));
    const peak = model => known(model.peak_bytes) ? model.peak_bytes / 2 ** 20 : null;
    byId("size").replaceChildren(scatter(items.map((item, index) => ({ ...item, x: peak(models[index]) })), "MiB at most", scorer));
  };
  byId("scorer").addEventListener("change", show);
  byId("category").addEventListener("change", show);
  show();
}

/** A line for each model: the share of its answers that had ended by a time. */
function showLatencies(models) {
  const series = models.map(model => {
    const times = Object.values(model.items).map(item => item.latency_ms).filter(known).sort((a, b) => a - b);
    return { name: model.name, color: model.color, points: times.map((time, index) => [time / 1000, (index + 1) / times.length]) };
  });
  byId("latency").replaceChildren(lines(series, { xTitle: "seconds", yTitle: "share of answers", high: 1 }), legend(models));
}

function showMemory(data, models) {
  const MEBIBYTE = 2 ** 20;
  const hasJudge = data.memory.some(sample => known(sample.held.judge)) && !models.some(model => model.name === "judge");
  const holders = hasJudge ? [...models, { name: "judge", color: "#888888" }] : models;
  const series = holders.map(model => ({
    name: model.name,
    color: model.color,
    area: true,
    points: data.memory.map(sample => [sample.at, (sample.held[model.name] ?? 0) / MEBIBYTE]),
  }));
  const device = data.memory.filter(sample => known(sample.device_bytes));
  const points = device.map(sample => [sample.at, sample.device_bytes / MEBIBYTE]);
  const all = device.length > 0 ? [{ name: "in use on the GPUs", color: "#888888", dashed: true, points }, ...series] : series;
  byId("memory").replaceChildren(lines(all, { xTitle: "seconds since the start", yTitle: "MiB", width: 2 * WIDTH, height: 260 }), legend(all));
}
