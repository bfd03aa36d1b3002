using System.Reflection;
using System.Runtime.InteropServices;
using LmDeploy.Collections;
using LmDeploy.Hosts;

namespace LmDeploy.Evaluation;

/// <summary>What a comparison ran on. Immutable.</summary>
public sealed record ComparisonHost
{
    /// <summary>The version of the program, with its commit after a <c>+</c> where that is known.</summary>
    public string Version { get; init; } = "";

    /// <summary>The operating system.</summary>
    public string System { get; init; } = "";

    /// <summary>What the processor is called; null where that is not known.</summary>
    public string? Cpu { get; init; }

    /// <summary>Processors that may be used.</summary>
    public int Cpus { get; init; }

    /// <summary>The names of the GPUs of the host, as the supervisor lists them; empty for none.</summary>
    public IReadOnlyList<string> Gpus { get; init => field = Values.Of(value); } = ValueList<string>.Empty;

    /// <summary>The driver of the GPUs; null where there is none.</summary>
    public string? Driver { get; init; }

    internal static async Task<ComparisonHost> ReadAsync(Supervisor supervisor, CancellationToken cancellationToken)
    {
        var gpus = await ListGpusAsync(supervisor, cancellationToken).ConfigureAwait(false);
        return new ComparisonHost
        {
            Version = typeof(ComparisonHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            System = RuntimeInformation.OSDescription,
            Cpu = Processor.Name(),
            Cpus = Environment.ProcessorCount,
            Gpus = [.. gpus.Select(gpu => gpu.Name)],
            Driver = gpus.Count > 0 ? gpus[0].DriverVersion : null,
        };
    }

    /// <summary>A comparison without the names of its GPUs is better than none.</summary>
    private static async Task<IReadOnlyList<GpuInfo>> ListGpusAsync(Supervisor supervisor, CancellationToken cancellationToken)
    {
        try
        {
            return (await supervisor.ListGpusAsync(cancellationToken).ConfigureAwait(false)).Gpus;
        }
        catch (LmDeployException)
        {
            return [];
        }
    }
}
