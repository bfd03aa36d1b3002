#:project ../src/Evaluation/LmDeploy.Evaluation.csproj
#:property PublishAot=false

// Scores of your own, beside those that are there.
using LmDeploy.Evaluation;

var models = args.Length > 0 ? args : [Checkout.Model("pebble"), Checkout.Model("boulder")];
var questions = Dataset.FromJsonLines(Checkout.Model("eval.jsonl")).Take(60);
var brief = Scorer.Custom("brief", (_, answer) => answer.GenerateTokenLen <= 5 ? 1 : 0);
var firstLetter = Scorer.Custom("first_letter", (item, answer) => answer.Text.StartsWith(item.Expected[0][0]) ? 1 : 0);

var result = await ModelComparison.RunAsync(
    models.Select(ComparedModel.FromPath), questions, new ComparisonOptions { Scorers = [Scorer.Exact, Scorer.Numeric(), brief, firstLetter] });
foreach (var model in result.Models)
{
    Console.WriteLine($"{model.Name}: {string.Join(", ", model.Metrics.Select(metric => $"{metric.Key} {metric.Value.Value:F3}"))}{model.Error?.Message}");
}
