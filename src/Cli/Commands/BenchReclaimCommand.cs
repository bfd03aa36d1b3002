using System.CommandLine;
using LmDeploy.Cli.Benchmarks;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy bench reclaim</c>: the time until memory is back, when a pipeline is disposed and when its worker is killed.</summary>
internal sealed class BenchReclaimCommand(CliHost host)
{
    private readonly Argument<string> _model = ModelArgument.Create();
    private readonly Option<int> _rounds = new("--rounds")
    {
        Description = "Rounds; each loads and disposes the model, then loads it and kills its worker.",
        DefaultValueFactory = _ => 3,
    };
    private readonly FiguresOutput _output = new(host);
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var reclaim = new BenchReclaimCommand(host);
        var command = new Command("reclaim", "Measure the time until memory is back, after dispose and after a kill.")
        {
            reclaim._model, reclaim._rounds, reclaim._output.Flag,
        };
        reclaim._engine.AddTo(command);
        command.SetAction(reclaim.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var rounds = result.GetValue(_rounds);
        Require.AtLeast(1, "--rounds", rounds);
        _output.Check(result);
        var benchmark = new ReclaimBenchmark(host, result.GetRequiredValue(_model), _engine.Read(result));
        var figures = new List<ReclaimFigures>();
        for (var round = 0; round < rounds; round++)
        {
            figures.Add(await benchmark.DisposeAsync(cancellationToken));
            figures.Add(await benchmark.KillAsync(cancellationToken));
        }

        Listing.Write(
            host.Terminal,
            ["ROUND", "WAY", "VERDICT", "HELD", "LEFT", "BACK AFTER", "PROCESS GONE", "AS THE CALLER SEES IT"],
            figures.Select((f, i) => new[]
            {
                Units.Format($"{(i / 2) + 1}"), f.Way, f.Receipt.Verdict.ToString(), Units.Bytes(f.Receipt.HeldBytes), Units.Bytes(f.Receipt.ResidualBytes),
                Units.Format($"{f.Receipt.ReclaimTime.TotalMilliseconds:0} ms"),
                Units.Format($"{f.Receipt.ExitTime.TotalMilliseconds:0} ms"),
                Units.Format($"{f.Caller.TotalMilliseconds:0} ms"),
            }));
        var ways = figures.GroupBy(f => f.IsKilled).Select(way => new ReclaimSummary([.. way])).ToList();
        Listing.Write(
            host.Terminal,
            ["WAY", "ROUNDS", "BACK AFTER min median max", "LEFT min median max"],
            ways.Select(way => new[]
            {
                way.Way, Units.Format($"{way.Rounds}"), Units.Format($"{way.Milliseconds.Min:0} {way.Milliseconds.Median:0} {way.Milliseconds.Max:0} ms"),
                $"{Units.Bytes((long)way.Residual.Min)} {Units.Bytes((long)way.Residual.Median)} {Units.Bytes((long)way.Residual.Max)}",
            }));
        await _output.WriteAsync(result, figures[0].LibTorch, [.. figures.Select(ToJson), .. ways.Select(way => way.ToJson())], cancellationToken);
        return ExitCodes.Done;
    }

    private static IReadOnlyDictionary<string, double> ToJson(ReclaimFigures f, int index) => new Dictionary<string, double>
    {
        ["round"] = (index / 2) + 1,
        ["killed"] = f.IsKilled ? 1 : 0,
        ["reclaimed"] = f.Receipt.Verdict == ReclaimVerdict.Reclaimed ? 1 : 0,
        ["milliseconds"] = f.Receipt.ReclaimTime.TotalMilliseconds,
        ["exit_milliseconds"] = f.Receipt.ExitTime.TotalMilliseconds,
        ["caller_milliseconds"] = f.Caller.TotalMilliseconds,
        ["held_bytes"] = f.Receipt.HeldBytes,
        ["reclaimed_bytes"] = f.Receipt.ReclaimedBytes, ["residual_bytes"] = f.Receipt.ResidualBytes,
    };
}
