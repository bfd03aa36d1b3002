using System.CommandLine;
using LmDeploy.Cli.Benchmarks;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy bench load</c>: the time until a model is ready, over and over.</summary>
internal sealed class BenchLoadCommand(CliHost host)
{
    private readonly Argument<string> _model = ModelArgument.Create();
    private readonly Option<int> _rounds = new("--rounds") { Description = "The number of loads; each is shown.", DefaultValueFactory = _ => 3 };
    private readonly FiguresOutput _output = new(host);
    private readonly CeilingsFlag _ceilings = new(host);
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var load = new BenchLoadCommand(host);
        var command = new Command("load", "Measure the time until a model is ready.") { load._model, load._rounds, load._ceilings.Flag, load._output.Flag };
        load._engine.AddTo(command);
        command.SetAction(load.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        _output.Check(result);
        var (rounds, figures) = (result.GetValue(_rounds), new List<LoadFigures>());
        Require.AtLeast(1, "--rounds", rounds);
        var ceilings = await _ceilings.MeasureAsync(result, cancellationToken);
        for (var round = 0; round < rounds; round++)
        {
            figures.Add(await LoadAsync(result.GetRequiredValue(_model), _engine.Read(result), cancellationToken));
        }

        var limit = ceilings is null ? double.NaN : Roofline.LoadBytesPerSecond(ceilings);
        Listing.Write(
            host.Terminal,
            ["ROUND", "READY", "WEIGHTS", "READ", "GB/S", "OF THE LIMIT"],
            figures.Select((f, round) => new[]
            {
                Units.Format($"{round + 1}"), Units.Format($"{f.Ready.TotalSeconds:0.00} s"), Units.Format($"{f.Weights.TotalSeconds:0.00} s"),
                Units.Bytes(f.Bytes), f.Bytes == 0 ? "" : Units.Format($"{f.BytesPerSecond / 1e9:0.00}"),
                f.Bytes == 0 ? "" : CeilingsFlag.Show(f.BytesPerSecond / limit),
            }));
        await _output.WriteAsync(result, figures[0].LibTorch, figures.Select(f => new Dictionary<string, double>
        {
            ["ready_seconds"] = f.Ready.TotalSeconds,
            ["weight_seconds"] = f.Weights.TotalSeconds,
            ["read_bytes"] = f.Bytes,
            ["read_bytes_per_second"] = f.BytesPerSecond,
            ["read_bytes_per_second_limit"] = limit, ["read_share_of_limit"] = f.Bytes == 0 ? double.NaN : f.BytesPerSecond / limit,
        }), cancellationToken);
        return ExitCodes.Done;
    }

    private async Task<LoadFigures> LoadAsync(string model, EngineConfig config, CancellationToken cancellationToken)
    {
        var started = host.Time.GetTimestamp();
        await using var pipeline = await host.LoadAsync(model, config, null, cancellationToken);
        return new LoadFigures(
            host.Time.GetElapsedTime(started), pipeline.Model.WeightTime, pipeline.Model.ReadBytes, pipeline.Model.ReadBytesPerSecond, pipeline.Model.LibTorch);
    }
}
