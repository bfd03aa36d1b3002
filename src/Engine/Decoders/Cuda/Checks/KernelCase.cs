namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>The check of one kernel against its twin.</summary>
/// <param name="Name">The kernel's, as in its source.</param>
/// <param name="Compare">Runs both. The result is the largest difference, as a share of the largest value that was expected.</param>
internal sealed record KernelCase(string Name, Func<KernelComparison, double> Compare)
{
    /// <summary>Whether a compilation has the kernel, on its device.</summary>
    public Func<ICheckedKernels, bool> IsCompiled { get; init; } = _ => true;
}
