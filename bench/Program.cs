using System.Globalization;
using System.Text.Json;
using LmDeploy.Bench;
using LmDeploy.Worker.Hosting;

// Times the process boundary, killed workers, HTTP, the engine alone, guided answers, tokenizers, or text beside its peer; see docs/benchmarks.md.
if (args is ["--self-test-libtorch", var libTorch])
{
    return LibTorchProbe.Run(libTorch);
}

if (BenchOptions.Parse(args) is not { } options)
{
    return await MisusedAsync();
}

switch (options.Words)
{
    case ["tokenizers", var text, .. { Length: > 0 } folders]:
        TokenizerBenchmark.Run(text, folders);
        return 0;
    case ["text", var text, var gpt2, var template]:
        TextBenchmark.Run(text, gpt2, template);
        return 0;
    case ["tokenizers", ..] or ["text", ..]:
        return await MisusedAsync();
    case ["http", var home, var model, .. { Length: < 2 } file]:
        await ReportAsync(await HttpBenchmark.RunAsync(home, model), file);
        return 0;
    case ["crash", var home, var model, .. { Length: < 2 } file]:
        var crash = new CrashBenchmark(home, model, options);
        await ReportAsync(await crash.RunAsync(), file);
        Console.WriteLine($"rounds with equal tokens: {crash.EqualRounds} of {options.Rounds}");
        return crash.EqualRounds == options.Rounds ? 0 : 1;
    case ["engine", var model, .. { Length: < 2 } file]:
        await ReportAsync(await EngineBenchmark.RunAsync(model, options.Engine), file);
        return 0;
    case ["sampling", .. { Length: < 2 } file]:
        await ReportAsync(SamplingBenchmark.Run(), file);
        return 0;
    case ["guided", var tokenizer, .. { Length: < 2 } file]:
        await ReportAsync(await GuidedBenchmark.RunAsync(tokenizer), file);
        return 0;
    case [var home, var model, .. { Length: < 2 } file]:
        await ReportAsync(await BoundaryBenchmark.RunAsync(home, model, options.Engine), file);
        return 0;
    default:
        return await MisusedAsync();
}

static async Task<int> MisusedAsync()
{
    await Console.Error.WriteLineAsync("""
        usage: LmDeploy.Bench HOME MODEL [RESULTS.json] [ENGINE] | crash HOME MODEL [RESULTS.json] [ENGINE] [--rounds N] [--standby N]
             | engine MODEL [RESULTS.json] [ENGINE] | http HOME MODEL [RESULTS.json] | guided TOKENIZER [RESULTS.json]
             | sampling [RESULTS.json] | tokenizers TEXTFILE MODEL... | text TEXTFILE GPT2 TEMPLATEMODEL
        ENGINE: [--device auto|cpu|cuda] [--dtype auto|float32|bfloat16|float16] [--load-format auto|dummy] [--session-len N] [--cache-max-entry-count N]
        """);
    return 2;
}

static async Task ReportAsync(IReadOnlyList<(string Name, Samples Samples)> results, string[] file)
{
    foreach (var (name, samples) in results)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-48} {samples}"));
    }

    if (file is [var path])
    {
        var json = results.ToDictionary(
            result => result.Name,
            result => new { result.Samples.Minimum, result.Samples.Median, result.Samples.P90, result.Samples.Maximum, result.Samples.Count });
        await File.WriteAllTextAsync(
            path, JsonSerializer.Serialize(json, new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true }) + "\n");
    }
}
