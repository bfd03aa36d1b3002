#:project ../src/Evaluation/LmDeploy.Evaluation.csproj
#:project ../src/Reports/LmDeploy.Reports.csproj
#:property PublishAot=false

// Models side by side: the same questions, scores with intervals, speed, receipts, and a report to look at.
using LmDeploy.Evaluation;
using LmDeploy.Reports;

var models = args.Length > 0 ? args : [Checkout.Model("pebble"), Checkout.Model("cobble"), Checkout.Model("boulder")];
var questions = Dataset.FromJsonLines(Checkout.Model("eval.jsonl"));
var result = await ModelComparison.RunAsync(models.Select(ComparedModel.FromPath), questions);

Console.WriteLine($"{"model",-10} {"exact",6} {"95% interval",16} {"tokens/s",9}  given back");
foreach (var model in result.Models)
{
    if (model.Error is { } error)
    {
        Console.WriteLine($"{model.Name,-10} {error.Code}: {error.Message}");
        continue;
    }

    var exact = model.Metrics["exact"];
    Console.WriteLine(
        $"{model.Name,-10} {exact.Value,6:P0} {$"{exact.Interval.Low:P1}-{exact.Interval.High:P1}",16} {model.Speed!.TokensPerSecond,9:F0}  "
        + $"{model.Receipt!.ReclaimedBytes:N0} bytes ({model.Receipt.Verdict})");
}

foreach (var pair in result.Differences)
{
    var difference = pair.Difference;
    Console.WriteLine($"{pair.First} - {pair.Second}: {difference.Value:P1}, p = {difference.PValue:G2} ({difference.Test})");
}

var report = Path.GetFullPath("comparison.html");
await ComparisonReport.WriteAsync(result, report);
Console.WriteLine($"report: {report}");
