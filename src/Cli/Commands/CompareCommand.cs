using System.CommandLine;
using LmDeploy.Cli.Evaluation;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Input;
using LmDeploy.Cli.Output;
using LmDeploy.Evaluation;
using LmDeploy.Hub;
using LmDeploy.Reports;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy compare</c>: runs models one after the other, each on an empty device, and shows them side by side.</summary>
internal sealed class CompareCommand(CliHost host)
{
    private const int SpeedTokens = 128;

    private readonly Argument<string[]> _models = new("MODEL")
    {
        Description = "Paths of model folders, or names of the hub (org/name).", Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string?> _eval = new("--eval")
    {
        Description = "The dataset: one JSON object a line with id, category, prompt or messages, and expected; or another --format.",
    };
    private readonly Option<string?> _format = new Option<string?>("--format")
    {
        Description = "The format of --eval. Default: csv for names that end in .csv or .tsv, else jsonl.",
    }.AcceptOnlyFromAmong(DatasetFormat.Names);
    private readonly Option<string[]> _map = FieldMapFlag.Create();
    private readonly Option<string[]> _scorers = new("--scorer")
    {
        Description = $"The scorer of answers, repeatable: {ScorerName.All}. Default: the scorers of the format.",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<string?> _judge = new("--judge")
    {
        Description = "The model folder of a judge, which compares the answers once all models have answered.",
    };
    private readonly Option<int?> _limit = new("--limit") { Description = "Use only the first N questions." };
    private readonly Option<string?> _prompts = new("--prompts")
    {
        Description = "A file of prompts to compare speed on, in the format of run --prompts; - for standard input.",
    };
    private readonly Option<string?> _json = new("--json")
    {
        Description = "Write the comparison as JSON to this file; - for standard output, without the table.",
    };
    private readonly Option<string[]> _reports = new("--report")
    {
        Description = $"Write a report to this file, whose name ends with {string.Join(", ", ComparisonReport.Extensions)}; repeatable.",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<string?> _title = new("--title") { Description = "The title of reports. Default: the names of the dataset and of the models." };
    private readonly Option<string?> _state = new("--state")
    {
        Description = "Save results to this file at once, and resume from it if it exists.",
    };
    private readonly Option<int?> _maxNewTokens = new("--max-new-tokens")
    {
        Description = "The longest answer in tokens. Default: 8192 with --eval, which leaves room for reasoning, else 128.",
    };
    private readonly Option<int?> _batchSize = new("--batch-size") { Description = "Prompts that are sent at once. Default: all." };
    private readonly Option<int?> _sideBySide = new("--side-by-side")
    {
        Description = "Models that are loaded at once where memory allows, 1 to 64. Default: 1.",
    };
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var compare = new CompareCommand(host);
        var command = new Command("compare", "Run models one after the other and show quality, speed and memory side by side.")
        {
            compare._models, compare._eval, compare._format, compare._map, compare._scorers, compare._judge, compare._limit, compare._prompts, compare._json,
            compare._reports, compare._title, compare._state,
            compare._maxNewTokens, compare._batchSize, compare._sideBySide,
        };
        compare._engine.AddTo(command);
        command.SetAction(compare.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var (json, reports) = (result.GetValue(_json), result.GetRequiredValue(_reports));
        ResultFile.Check(json);
        CheckReports(reports);
        CheckPaths(result, json, reports);
        var dataset = ReadQuestions(result, out var failed);
        var models = await LocateAsync(result.GetRequiredValue(_models), cancellationToken);
        var options = ReadOptions(result);
        if (options.Judge is { } judge)
        {
            options = options with { Judge = judge with { Model = (await LocateAsync([judge.Model], cancellationToken))[0].Path } };
        }

        ComparisonResult comparison;
        try
        {
            comparison = await ProgressLine.RunAsync(host.Terminal, report => CompareAsync(models, dataset, options, report, cancellationToken));
        }
        catch (ComparisonRefusedException e)
        {
            WriteRefusals(e);
            return ExitCodes.NotLoaded;
        }

        comparison = comparison with { Command = CommandText.Of(result) };
        comparison = result.GetValue(_title) is { Length: > 0 } title ? comparison with { Title = title } : comparison;
        await PrintAsync(comparison, json, cancellationToken);
        foreach (var path in reports)
        {
            await ComparisonReport.WriteAsync(comparison, path, cancellationToken);
            await host.Terminal.Error.WriteLineAsync($"report: {path}");
        }

        return comparison.Models.Any(model => model.Info is null && model.Error is { } error && error.Code != LmDeployErrorCodes.SupervisorUnavailable)
            ? ExitCodes.NotLoaded
            : failed || comparison.JudgeError is not null || comparison.Models.Any(model => model.Failure() is not null) ? ExitCodes.Failed
            : ExitCodes.Done;
    }

    /// <summary>Downloads what is named and not here, with its progress. What is not there stays as it is: the comparison says so of all at once.</summary>
    private async Task<IReadOnlyList<ComparedModel>> LocateAsync(string[] models, CancellationToken cancellationToken)
    {
        var located = new List<ComparedModel>();
        foreach (var model in models)
        {
            try
            {
                var source = !host.Supervisor.IsRemote && Model.IsName(model) ? await host.LocateAsync(model, mayDownload: true, cancellationToken) : null;
                located.Add(source is null ? new ComparedModel(model) : new ComparedModel(source.Folder) { Name = source.Name });
            }
            catch (HubException)
            {
                located.Add(new ComparedModel(model));
            }
        }

        return located;
    }

    private async Task<ComparisonResult> CompareAsync(
        IReadOnlyList<ComparedModel> models, Dataset dataset, ComparisonOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        try
        {
            return await ModelComparison.RunAsync(
                models, dataset, options, new ComparisonLine(report, host.Terminal.IsErrorTerminal), cancellationToken);
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private void WriteRefusals(ComparisonRefusedException e)
    {
        foreach (var refusal in e.Refusals)
        {
            var name = refusal.IsJudge ? $"the judge {refusal.Path}" : refusal.Path;
            foreach (var problem in refusal.Problems)
            {
                host.Terminal.WriteError(problem.Code, $"{name}: {problem.Message}");
            }
        }
    }

    private ComparisonOptions ReadOptions(ParseResult result)
    {
        var scorers = result.GetRequiredValue(_scorers);
        try
        {
            return new ComparisonOptions
            {
                Scorers = scorers.Length > 0 ? [.. scorers.Select(ScorerName.Find)] : null,
                Judge = result.GetValue(_judge) is { Length: > 0 } judge ? new PairwiseJudge(judge) : null,
                Generation = new GenerationConfig { MaxNewTokens = result.GetValue(_maxNewTokens)
                    ?? (result.GetValue(_eval) is null ? SpeedTokens : new ComparisonOptions().Generation.MaxNewTokens) },
                Engine = _engine.Read(result),
                BatchSize = result.GetValue(_batchSize) ?? int.MaxValue,
                SideBySide = result.GetValue(_sideBySide) ?? 1,
                StateFile = result.GetValue(_state),
                Supervisor = host.Supervisor,
                TimeProvider = host.Time,
            };
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private Dataset ReadQuestions(ParseResult result, out bool failed)
    {
        var (eval, prompts) = (result.GetValue(_eval), result.GetValue(_prompts));
        failed = false;
        if (eval is not null && prompts is not null)
        {
            throw new UsageException("--eval and --prompts are two kinds of comparison: give one.");
        }

        if (result.GetValue(_limit) is < 1)
        {
            throw new UsageException($"--limit must be at least 1, got {result.GetValue(_limit)}.");
        }

        var dataset = eval is not null
            ? ReadEvaluation(result, eval, out failed)
            : prompts is not null ? ReadPrompts(prompts, out failed) : BuiltInPrompts.Dataset;
        return result.GetValue(_limit) is { } limit ? dataset.Take(limit) : dataset;
    }

    private Dataset ReadEvaluation(ParseResult result, string path, out bool failed)
    {
        var problems = new List<DatasetProblem>();
        var dataset = DatasetFormat.Read(result.GetValue(_format), path, FieldMapFlag.Read(result.GetRequiredValue(_map)), problems);
        if (result.GetRequiredValue(_scorers).Length == 0 && dataset.Scorers.Count > 0)
        {
            dataset = DatasetFormat.LeaveOutUnanswerable(dataset, path, problems);
        }

        foreach (var problem in problems)
        {
            host.Terminal.WriteError("invalid_request", problem.ToString());
        }

        failed = problems.Count > 0;
        return dataset;
    }

    private Dataset ReadPrompts(string path, out bool failed)
    {
        var lines = InputFile.Read(path, host.Input, line => PromptLine.Parse(line, new GenerationConfig(), raw: false));
        failed = InputErrors.Report(host.Terminal, lines);
        List<Prompt> good = [.. lines.Where(line => line.Value is not null).Select(line => line.Value!.Prompt)];
        return good.Count > 0
            ? PromptDataset.Of(path == InputFile.Piped ? "standard input" : Path.GetFileNameWithoutExtension(path), good)
            : throw new UsageException($"{path} has no line that can be used.");
    }

    private static void CheckReports(string[] reports)
    {
        foreach (var path in reports)
        {
            if (!ComparisonReport.Extensions.Contains(Path.GetExtension(path).ToLowerInvariant()))
            {
                throw new UsageException($"--report {path}: a report ends with {string.Join(", ", ComparisonReport.Extensions)}.");
            }

            ResultFile.Check(path, "--report");
        }
    }

    /// <summary>Refuses output files that are named twice, or that would overwrite an input.</summary>
    private void CheckPaths(ParseResult result, string? json, string[] reports)
    {
        string?[] named =
        [
            json == ResultFile.StandardOutput ? null : json, .. reports, result.GetValue(_state), result.GetValue(_eval), result.GetValue(_prompts),
        ];
        if (named
            .Where(path => !string.IsNullOrEmpty(path))
            .GroupBy(path => Path.GetFullPath(path!), StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new UsageException(
                $"{twice.First()} is named {twice.Count()} times: each of --eval, --prompts, --state, --json and --report has a file of its own.");
        }

        if (result.GetValue(_format) is not null && result.GetValue(_eval) is null)
        {
            throw new UsageException("--format says what --eval is: give both.");
        }

        if (result.GetRequiredValue(_map).Length > 0 && result.GetValue(_eval) is null)
        {
            throw new UsageException("--map names fields of --eval: give both.");
        }

        if (result.GetValue(_judge) is not null && result.GetRequiredValue(_models).Length < 2)
        {
            throw new UsageException("--judge compares answers of two models or more.");
        }
    }

    /// <summary>Prints notes that the table does not show.</summary>
    private async Task NoteAsync(ComparisonResult comparison)
    {
        foreach (var pair in comparison.Judgements.Where(pair => pair.WinRate.NotJudged > 0))
        {
            await host.Terminal.Error.WriteLineAsync(
                Units.Format($"note: {pair.First} and {pair.Second}: the judge gave no verdict on {pair.WinRate.NotJudged} questions"));
        }

        foreach (var model in comparison.Models)
        {
            foreach (var (scorer, metric) in model.Metrics.Where(metric => metric.Value.NotScored > 0))
            {
                await host.Terminal.Error.WriteLineAsync(
                    Units.Format($"note: {model.Path}: {metric.NotScored} of {metric.Count} questions could not be scored by {scorer}"));
            }

            if (comparison.Scorers.Count > 0 && model.CutAnswers is > 0 and var cut)
            {
                await host.Terminal.Error.WriteLineAsync(
                    Units.Format($"note: {model.Path}: {cut} of {model.Items.Count} answers were cut by the limit of tokens; --max-new-tokens raises it"));
            }

            foreach (var crash in model.Crashes)
            {
                await host.Terminal.Error.WriteLineAsync(
                    $"note: {model.Path}: a worker died meanwhile ({crash.Kind}{(crash.Signal is { } signal ? $", {signal}" : "")}) and was replaced; "
                        + "the times have that in them");
            }
        }
    }

    private async Task PrintAsync(ComparisonResult comparison, string? json, CancellationToken cancellationToken)
    {
        if (json != ResultFile.StandardOutput)
        {
            CompareTable.Write(host.Terminal, comparison);
        }

        if (json is not null)
        {
            await ResultFile.WriteLinesAsync(json, host.Terminal, [CompareJson.Write(comparison)], cancellationToken);
        }

        if (json is not null and not ResultFile.StandardOutput)
        {
            await host.Terminal.Error.WriteLineAsync($"results: {json}");
        }

        await NoteAsync(comparison);
        foreach (var model in comparison.Models.Where(model => model.Info?.IsDequantized == true))
        {
            await host.Terminal.Error.WriteLineAsync(
                $"{model.Path}: weights: {model.Info!.Weights}, in {Units.Reading(model.Info.WeightTime, model.Info.ReadBytesPerSecond)}");
        }

        if (comparison.JudgeError is { } judge)
        {
            host.Terminal.WriteError(judge.Code, $"the judge: {judge.Message}");
        }

        foreach (var model in comparison.Models)
        {
            if (model.Failure() is { } error)
            {
                host.Terminal.WriteError(error.Code, $"{model.Path}: {error.Message}");
            }
        }
    }
}
