using System.Globalization;
using System.Text.Json;
using LmDeploy.Bench;

// Times the process boundary, HTTP, the engine alone, guided answers, or tokenizers; see docs/benchmarks.md.
if (args is ["tokenizers", var text, .. { Length: > 0 } folders])
{
    TokenizerBenchmark.Run(text, folders);
    return 0;
}

if (args is ["http", { Length: > 0 } served, { Length: > 0 } folder])
{
    foreach (var (name, samples) in await HttpBenchmark.RunAsync(served, folder))
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-48} {samples}"));
    }

    return 0;
}

if (args.Length is not (2 or 3) || args[0] == "tokenizers")
{
    await Console.Error.WriteLineAsync("usage: LmDeploy.Bench HOME|engine MODEL [RESULTS.json] | http HOME MODEL | guided TOKENIZER [RESULTS.json] | tokenizers TEXTFILE MODEL...");
    return 2;
}

var (home, model) = (args[0], args[1]);
var results = new Dictionary<string, Samples>();
var measured = home switch
{
    "engine" => await EngineBenchmark.RunAsync(model),
    "guided" => await GuidedBenchmark.RunAsync(model),
    _ => await BoundaryBenchmark.RunAsync(home, model),
};
foreach (var (name, samples) in measured)
{
    results[name] = samples;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-48} {samples}"));
}

if (args.Length == 3)
{
    var json = results.ToDictionary(result => result.Key, result => new { result.Value.Minimum, result.Value.Median, result.Value.P90, result.Value.Maximum, result.Value.Count });
    await File.WriteAllTextAsync(args[2], JsonSerializer.Serialize(json, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }) + "\n");
}

return 0;
