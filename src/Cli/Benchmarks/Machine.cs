using System.Runtime.InteropServices;
using LmDeploy.Hosts;

namespace LmDeploy.Cli.Benchmarks;

/// <summary>What figures were measured on.</summary>
/// <param name="Gpus">The names of its GPUs, as the supervisor lists them; empty for none.</param>
/// <param name="Driver">Their driver; null where there is none.</param>
/// <param name="Cpu">What the processor is called; null where that is not known.</param>
/// <param name="Cpus">Processors of this machine that may be used.</param>
internal sealed record Machine(IReadOnlyList<string> Gpus, string? Driver, string? Cpu, int Cpus, string System)
{
    public static async Task<Machine> ReadAsync(Supervisor? supervisor, CancellationToken cancellationToken)
    {
        var gpus = supervisor is null ? [] : await ListAsync(supervisor, cancellationToken);
        return new Machine(
            [.. gpus.Select(gpu => gpu.Name)], gpus.Count == 0 ? null : gpus[0].DriverVersion, Processor.Name(), Environment.ProcessorCount,
            RuntimeInformation.OSDescription);
    }

    /// <summary>Figures without the name of their GPU are better than none.</summary>
    private static async Task<IReadOnlyList<GpuInfo>> ListAsync(Supervisor supervisor, CancellationToken cancellationToken)
    {
        try
        {
            return (await supervisor.ListGpusAsync(cancellationToken)).Gpus;
        }
        catch (LmDeployException)
        {
            return [];
        }
    }
}
