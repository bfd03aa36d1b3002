const data = JSON.parse(byId("data").textContent);
byId("title").textContent = data.dataset;
document.title = `${data.dataset}: comparison of ${data.models.map(model => model.name).join(", ")}`;
const started = new Date(data.started).toISOString().replace("T", " ").slice(0, 16);
byId("about").textContent = `${data.models.length} models, ${data.questions.length} questions, ${started} UTC`;
showFigures(data);
showQuestions(data);
