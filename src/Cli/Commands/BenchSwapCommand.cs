using System.CommandLine;
using LmDeploy.Cli.Benchmarks;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy bench swap</c>: the time from disposing one model to the first token of the next.</summary>
internal sealed class BenchSwapCommand(CliHost host)
{
    private readonly Argument<string> _model = ModelArgument.Create();
    private readonly Argument<string?> _next = new("NEXT")
    {
        Description = "The other model: rounds swap from MODEL to NEXT and back. Default: MODEL.",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<int> _rounds = new("--rounds") { Description = "The number of swaps.", DefaultValueFactory = _ => 3 };
    private readonly Option<bool> _standby = new("--standby") { Description = "Measure with a standby worker too." };
    private readonly Option<bool> _standbyCuda = new("--standby-cuda") { Description = "Measure with a standby worker that has a CUDA context too." };
    private readonly FiguresOutput _output = new(host);
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var swap = new BenchSwapCommand(host);
        var command = new Command("swap", "Measure the time from disposing one model to the first token of the next.")
        {
            swap._model, swap._next, swap._rounds, swap._standby, swap._standbyCuda, swap._output.Flag,
        };
        swap._engine.AddTo(command);
        command.SetAction(swap.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        Require.AtLeast(1, "--rounds", result.GetValue(_rounds));
        _output.Check(result);
        var model = result.GetRequiredValue(_model);
        var benchmark = new SwapBenchmark(host, model, result.GetValue(_next) ?? model, _engine.Read(result));
        var figures = new List<SwapFigures>();
        foreach (var way in Ways(result))
        {
            figures.AddRange(await benchmark.RunAsync(way, result.GetValue(_rounds), cancellationToken));
        }

        Listing.Write(
            host.Terminal,
            ["WAY", "MEMORY BACK", "READY", "FIRST TOKEN"],
            figures.Select(f => new[] { f.Way.Name, Milliseconds(f.Closed), Milliseconds(f.Ready), Milliseconds(f.FirstToken) }));
        Listing.Write(
            host.Terminal,
            ["WAY", "ROUNDS", "FIRST TOKEN min median max"],
            figures.GroupBy(f => f.Way).Select(way => new[]
            {
                way.Key.Name, Units.Format($"{way.Count()}"),
                Range([.. way.Select(f => f.FirstToken.TotalMilliseconds)]),
            }));
        await _output.WriteAsync(result, figures[0].LibTorch, figures.Select(f => new Dictionary<string, double>
        {
            ["standby"] = f.Way.Standby ? 1 : 0, ["standby_cuda"] = f.Way.StandbyCuda ? 1 : 0, ["closed_ms"] = f.Closed.TotalMilliseconds,
            ["ready_ms"] = f.Ready.TotalMilliseconds, ["first_token_ms"] = f.FirstToken.TotalMilliseconds,
        }), cancellationToken);
        return ExitCodes.Done;
    }

    private IEnumerable<SwapWay> Ways(ParseResult result)
    {
        yield return new SwapWay("plain", false, false);
        if (result.GetValue(_standby))
        {
            yield return new SwapWay("standby", true, false);
        }

        if (result.GetValue(_standbyCuda))
        {
            yield return new SwapWay("standby with CUDA", true, true);
        }
    }

    private static string Milliseconds(TimeSpan time) => Units.Format($"{time.TotalMilliseconds:0} ms");

    private static string Range(double[] milliseconds) =>
        Units.Format($"{milliseconds.Min():0} {Percentiles.Median(milliseconds):0} {milliseconds.Max():0} ms");
}
