using System.CommandLine;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Benchmarks;

/// <summary>The flag <c>--ceilings</c>: measures the device before the model, and shows figures as shares of what it allows.</summary>
internal sealed class CeilingsFlag(CliHost host)
{
    public Option<bool> Flag { get; } = new("--ceilings") { Description = "Measure the hardware limits too, and show each figure as a share of its limit." };

    /// <returns>Null when it is not wanted.</returns>
    public async Task<DeviceCeilings?> MeasureAsync(ParseResult result, CancellationToken cancellationToken) =>
        result.GetValue(Flag) ? await host.Supervisor.MeasureCeilingsAsync(cancellationToken) : null;

    /// <summary>A cell of a listing.</summary>
    /// <param name="share">NaN where there is no limit.</param>
    public static string Show(double share) => double.IsFinite(share) ? Units.Format($"{100 * share:0} %") : "";
}
