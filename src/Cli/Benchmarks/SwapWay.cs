namespace LmDeploy.Cli.Benchmarks;

/// <summary>A way to swap: with or without a standby worker.</summary>
/// <param name="Name">For people.</param>
/// <param name="Standby">Whether there is a standby worker.</param>
/// <param name="StandbyCuda">Whether that one has a CUDA context.</param>
internal sealed record SwapWay(string Name, bool Standby, bool StandbyCuda)
{
    public SupervisorOptions Options => new() { StandbyWorkers = Standby ? 1 : 0, StandbyCuda = StandbyCuda };
}
