namespace LmDeploy.Cli.Benchmarks;

/// <summary>What a swap has ready beforehand.</summary>
/// <param name="Name">For people.</param>
/// <param name="Standby">Whether a worker without a model stands by.</param>
/// <param name="StandbyCuda">Whether that one has a CUDA context.</param>
internal sealed record SwapWay(string Name, bool Standby, bool StandbyCuda)
{
    public SupervisorOptions Options => new() { Standby = Standby ? 1 : 0, StandbyCuda = StandbyCuda };
}
