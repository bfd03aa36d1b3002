using System.CommandLine;
using LmDeploy.Cli.Benchmarks;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy bench</c>: measures a model on this machine, through client, supervisor and worker.</summary>
internal sealed class BenchCommand(CliHost host)
{
    private readonly Argument<string> _model = ModelArgument.Create();
    private readonly Option<int[]> _batchSizes = new("--batch-sizes")
    {
        Description = "Batch sizes: sequences that decode at once.",
        DefaultValueFactory = _ => [1, 64],
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<int[]> _contexts = new("--contexts")
    {
        Description = "Context lengths: prompt tokens of each sequence.",
        DefaultValueFactory = _ => [128],
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<int> _tokens = new("--tokens") { Description = "Tokens that each sequence decodes.", DefaultValueFactory = _ => 64 };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Measurements of each figure; the median counts.", DefaultValueFactory = _ => 3 };
    private readonly FiguresOutput _output = new(host);
    private readonly CeilingsFlag _ceilings = new(host);
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var command = new Command("bench", "Measure a model on this machine through the public API.");
        var decode = new BenchCommand(host);
        command.Add(decode.Define("decode", "The time of a decode step.", decode.DecodeAsync, decode._batchSizes, decode._contexts, decode._tokens));
        var prefill = new BenchCommand(host);
        command.Add(prefill.Define("prefill", "The time to the first token of a prompt.", prefill.PrefillAsync, prefill._contexts));
        command.Add(BenchLoadCommand.Create(host));
        command.Add(BenchServeCommand.Create(host));
        command.Add(BenchReclaimCommand.Create(host));
        command.Add(BenchSwapCommand.Create(host));
        command.Add(BenchCeilingsCommand.Create(host));
        return command;
    }

    private Command Define(string name, string description, Func<ParseResult, CancellationToken, Task<int>> action, params Option[] options)
    {
        var command = new Command(name, description) { _model };
        Array.ForEach([.. options, _rounds, _ceilings.Flag, _output.Flag], command.Options.Add);
        _engine.AddTo(command);
        command.SetAction(action);
        return command;
    }

    private async Task<int> DecodeAsync(ParseResult result, CancellationToken cancellationToken)
    {
        Require.AtLeast(1, "--batch-sizes", result.GetValue(_batchSizes)!);
        Require.AtLeast(1, "--contexts", result.GetValue(_contexts)!);
        Require.AtLeast(2, "--tokens", result.GetValue(_tokens));
        Require.AtLeast(1, "--rounds", result.GetValue(_rounds));
        _output.Check(result);
        var ceilings = await _ceilings.MeasureAsync(result, cancellationToken);
        await using var pipeline = await host.LoadAsync(result.GetRequiredValue(_model), _engine.Read(result), null, cancellationToken);
        var roofline = ceilings is null ? null : new Roofline(pipeline.Model, ceilings);
        var benchmark = new StepBenchmark(pipeline, seed: 1);
        var figures = new List<DecodeFigures>();
        foreach (var (batchSize, context) in from context in result.GetValue(_contexts)!
            from batchSize in result.GetValue(_batchSizes)!
            select (batchSize, context))
        {
            _ = await benchmark.DecodeAsync(batchSize, context, result.GetValue(_tokens), TimeProvider.System, cancellationToken);
            var rounds = new List<DecodeFigures>();
            for (var round = 0; round < result.GetValue(_rounds); round++)
            {
                rounds.Add(await benchmark.DecodeAsync(batchSize, context, result.GetValue(_tokens), TimeProvider.System, cancellationToken));
            }

            figures.Add(rounds.OrderBy(round => round.StepMilliseconds).ElementAt(rounds.Count / 2));
        }

        Listing.Write(
            host.Terminal,
            ["BATCH", "CONTEXT", "FIRST TOKEN", "STEP", "TOKENS/S", "OVERALL", "OF THE LIMIT"],
            figures.Select(f => new[]
            {
                Units.Format($"{f.BatchSize}"), Units.Format($"{f.Context}"), Units.Format($"{f.FirstTokenMilliseconds:0.00} ms"),
                Units.Format($"{f.StepMilliseconds:0.000} ms"), Units.Format($"{f.TokensPerSecond:0}"), Units.Format($"{f.OverallTokensPerSecond:0}"),
                CeilingsFlag.Show(Limit(f) / f.StepMilliseconds),
            }));
        await _output.WriteAsync(result, pipeline.Model.LibTorch, figures.Select(f => new Dictionary<string, double>
        {
            ["batch_size"] = f.BatchSize, ["context"] = f.Context, ["first_token_ms"] = f.FirstTokenMilliseconds, ["step_ms"] = f.StepMilliseconds,
            ["tokens_per_second"] = f.TokensPerSecond, ["overall_tokens_per_second"] = f.OverallTokensPerSecond,
            ["step_ms_limit"] = Limit(f), ["step_share_of_limit"] = Limit(f) / f.StepMilliseconds,
        }), cancellationToken);
        return ExitCodes.Done;

        double Limit(DecodeFigures f) => roofline?.StepMilliseconds(f.BatchSize, f.Context + (result.GetValue(_tokens) / 2.0)) ?? double.NaN;
    }

    private async Task<int> PrefillAsync(ParseResult result, CancellationToken cancellationToken)
    {
        Require.AtLeast(1, "--contexts", result.GetValue(_contexts)!);
        Require.AtLeast(1, "--rounds", result.GetValue(_rounds));
        _output.Check(result);
        var ceilings = await _ceilings.MeasureAsync(result, cancellationToken);
        await using var pipeline = await host.LoadAsync(result.GetRequiredValue(_model), _engine.Read(result), null, cancellationToken);
        var roofline = ceilings is null ? null : new Roofline(pipeline.Model, ceilings);
        var benchmark = new StepBenchmark(pipeline, seed: 1);
        var figures = new List<(int Context, double Milliseconds)>();
        foreach (var context in result.GetValue(_contexts)!)
        {
            _ = await benchmark.PrefillAsync(context, TimeProvider.System, cancellationToken);
            var rounds = new List<double>();
            for (var round = 0; round < result.GetValue(_rounds); round++)
            {
                rounds.Add(await benchmark.PrefillAsync(context, TimeProvider.System, cancellationToken));
            }

            figures.Add((context, rounds.Order().ElementAt(rounds.Count / 2)));
        }

        Listing.Write(
            host.Terminal,
            ["PROMPT", "FIRST TOKEN", "TOKENS/S", "OF THE LIMIT"],
            figures.Select(f => new[]
            {
                Units.Format($"{f.Context}"),
                Units.Format($"{f.Milliseconds:0.00} ms"),
                Units.Format($"{f.Context / f.Milliseconds * 1000:0}"),
                CeilingsFlag.Show(Limit(f.Context) / f.Milliseconds),
            }));
        await _output.WriteAsync(result, pipeline.Model.LibTorch, figures.Select(f => new Dictionary<string, double>
        {
            ["context"] = f.Context,
            ["first_token_ms"] = f.Milliseconds,
            ["first_token_ms_limit"] = Limit(f.Context),
            ["first_token_share_of_limit"] = Limit(f.Context) / f.Milliseconds,
        }), cancellationToken);
        return ExitCodes.Done;

        double Limit(int context) => roofline?.PrefillMilliseconds(context) ?? double.NaN;
    }
}
