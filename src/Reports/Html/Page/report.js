const data = JSON.parse(byId("data").textContent);
byId("title").textContent = data.title;
document.title = data.title;
const started = new Date(data.started).toISOString().replace("T", " ").slice(0, 16);
const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;
byId("about").textContent = `${count(data.models.length, "model")}, ${count(data.questions.length, "question")}, ${started} UTC`;
showFindings(data);
showFigures(data);
showQuestions(data);
