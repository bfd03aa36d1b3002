using System.CommandLine;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Benchmarks;

/// <summary>The flag <c>--json</c> of benchmarks.</summary>
internal sealed class FiguresOutput(CliHost host)
{
    public Option<string?> Flag { get; } = new("--json")
    {
        Description = "Write the figures and the machine as JSON to this file; - for standard output.",
    };

    /// <summary>Sees that they can be written, before anything is measured.</summary>
    public void Check(ParseResult result) => ResultFile.Check(result.GetValue(Flag));

    /// <param name="libTorch">The version that computed; empty where it is not known.</param>
    /// <param name="isHere">Whether the supervisor of this machine did the work, and knows its GPUs.</param>
    public async Task WriteAsync(
        ParseResult result, string libTorch, IEnumerable<IReadOnlyDictionary<string, double>> figures, CancellationToken cancellationToken, bool isHere = true)
    {
        if (result.GetValue(Flag) is { } path)
        {
            var machine = await Machine.ReadAsync(isHere ? host.Supervisor : null, cancellationToken);
            await FiguresJson.WriteAsync(path, host.Terminal, machine, libTorch, host.Time.GetUtcNow(), result, figures, cancellationToken);
        }
    }
}
