using System.CommandLine;
using LmDeploy.Cli.Evaluation;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Input;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy compare</c>: runs models one after the other, each on an empty device, and shows them side by side.</summary>
internal sealed class CompareCommand(CliHost host)
{
    private const int AnswerTokens = 24;
    private const int SpeedTokens = 128;

    private readonly Argument<string[]> _models = new("MODEL") { Description = "The paths of model folders.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _eval = new("--eval") { Description = "Questions, one JSON object a line: id, category, prompt or messages, expected." };
    private readonly Option<string?> _prompts = new("--prompts") { Description = "Prompts to compare the speed on, as run --prompts takes them." };
    private readonly Option<string?> _json = new("--json") { Description = "Write the comparison as JSON to this file; - for standard output, without the table." };
    private readonly Option<int?> _maxNewTokens = new("--max-new-tokens") { Description = "The longest answer in tokens. Default: 24 with --eval, else 128." };
    private readonly Option<int?> _batchSize = new("--batch-size") { Description = "How many prompts are asked at once. Default: all." };
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var compare = new CompareCommand(host);
        var command = new Command("compare", "Run models one after the other and show quality, speed and memory side by side.")
        {
            compare._models, compare._eval, compare._prompts, compare._json, compare._maxNewTokens, compare._batchSize,
        };
        compare._engine.AddTo(command);
        command.SetAction(compare.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var json = result.GetValue(_json);
        ResultFile.Check(json);
        var engine = _engine.Read(result);
        var workload = ReadWorkload(result, out var failed);
        var models = result.GetRequiredValue(_models);
        var results = await ProgressLine.RunAsync(host.Terminal, async report =>
        {
            var measurement = new ModelMeasurement(host, engine, workload, report);
            var measured = new List<ModelResult>();
            foreach (var model in models)
            {
                measured.Add(await measurement.RunAsync(model, cancellationToken));
            }

            return measured;
        });

        await PrintAsync(results, json, cancellationToken);
        return results.Exists(r => r.Info is null && r.Error!.Code != "supervisor_unavailable") ? ExitCodes.NotLoaded
            : failed || results.Exists(r => r.Error is not null) ? ExitCodes.Failed
            : ExitCodes.Done;
    }

    private Workload ReadWorkload(ParseResult result, out bool failed)
    {
        var (eval, prompts, batchSize) = (result.GetValue(_eval), result.GetValue(_prompts), result.GetValue(_batchSize) ?? int.MaxValue);
        if (eval is not null && prompts is not null)
        {
            throw new UsageException("--eval and --prompts are two kinds of comparison: give one.");
        }

        if (batchSize < 1)
        {
            throw new UsageException($"--batch-size must be at least 1, got {batchSize}.");
        }

        var config = new GenerationConfig { MaxNewTokens = result.GetValue(_maxNewTokens) ?? (eval is null ? SpeedTokens : AnswerTokens) };
        if (eval is not null)
        {
            var questions = Good(InputFile.Read(eval, Question.Parse), eval, out failed);
            return new Workload([.. questions.Select(question => question.Prompt)], config, questions, batchSize);
        }

        failed = false;
        var asked = prompts is null
            ? Workload.DefaultPrompts
            : [.. Good(InputFile.Read(prompts, line => PromptLine.Parse(line, config, raw: false)), prompts, out failed).Select(line => line.Prompt)];
        return new Workload(asked, config, [], batchSize);
    }

    private List<T> Good<T>(IReadOnlyList<InputLine<T>> lines, string path, out bool failed)
        where T : class
    {
        failed = InputErrors.Report(host.Terminal, lines);
        List<T> good = [.. lines.Where(line => line.Value is not null).Select(line => line.Value!)];
        return good.Count > 0 ? good : throw new UsageException($"{path} has no line that can be used.");
    }

    private async Task PrintAsync(List<ModelResult> results, string? json, CancellationToken cancellationToken)
    {
        if (json is not null)
        {
            await ResultFile.WriteLinesAsync(json, host.Terminal, [CompareJson.Write(results)], cancellationToken);
        }

        if (json != ResultFile.StandardOutput)
        {
            CompareTable.Write(host.Terminal, results);
        }

        foreach (var result in results.Where(r => r.Error is not null))
        {
            host.Terminal.WriteError(result.Error!.Code, $"{result.Model}: {result.Error.Message}");
        }
    }
}
