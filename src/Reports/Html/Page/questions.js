const AT_ONCE = 100;

/** Every question with the models' answers, and filters. */
function showQuestions(data) {
  const scorer = data.scorers[0];
  const scoreOf = (model, question) => model.items[question.id]?.scores[scorer];
  const resultOf = (model, question) => scorer ? scoreOf(model, question) ?? null : model.items[question.id]?.answers ?? null;
  const differ = question => new Set(data.models.map(model => JSON.stringify(resultOf(model, question)))).size > 1;
  const filters = [
    ["all questions", () => true],
    ["where models differ", differ],
    ...data.models.flatMap(model => scorer ? [
      [`${model.name}: not right`, question => !(scoreOf(model, question) >= 1)],
      [`${model.name} alone right`, question =>
        scoreOf(model, question) >= 1 && data.models.every(other => other === model || !(scoreOf(other, question) >= 1))],
    ] : []),
    ...categoriesOf(data).map(category => [`category ${category}`, question => question.category === category]),
  ];
  offer(byId("show"), filters.map(([title], index) => [index, title]));
  let most = AT_ONCE;

  const answer = (model, question) => {
    const item = model.items[question.id];
    if (!item) {
      return UNKNOWN;
    }
    const value = scorer ? item.scores[scorer] : undefined;
    const [grade, sign] = value >= 1 ? ["good", "✓"] : value <= 0 ? ["bad", "✗"] : ["dim", ""];
    const mark = known(value) ? el("small", { class: grade }, ` ${sign} ${score(value)}`) : "";
    const text = item.error ? el("span", { class: "bad" }, item.error) : item.answers.join("\n———\n") || item.details[scorer] || "";
    return [text, mark];
  };
  const show = () => {
    const wanted = byId("search").value.toLowerCase();
    const texts = question =>
      [question.id, question.prompt, ...question.expected, ...data.models.flatMap(model => model.items[question.id]?.answers ?? [])];
    const contains = question => wanted === "" || texts(question).some(text => text.toLowerCase().includes(wanted));
    const found = data.questions.filter(question => filters[Number(byId("show").value)][1](question) && contains(question));
    byId("count").textContent = `${found.length} of ${data.questions.length}`;
    byId("more").hidden = found.length <= most;
    showTable(byId("questions"), [
      ["Id", question => question.id],
      ["Question", question => [question.prompt, ...question.follow_ups].join("\n———\n")],
      ["Expected", question => question.expected.join("\n") || question.choices.join("\n")],
      ...data.models.map(model => [model.name, question => answer(model, question)]),
    ], found.slice(0, most));
  };
  const anew = () => {
    most = AT_ONCE;
    show();
  };
  byId("show").addEventListener("change", anew);
  byId("search").addEventListener("input", anew);
  byId("more").addEventListener("click", () => {
    most += AT_ONCE;
    show();
  });
  show();
}
