namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>How far one kernel is from its twin.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="Shape">What it was compiled for.</param>
/// <param name="Difference">The largest one, as a share of the largest value that was expected; NaN where something is not a number.</param>
/// <param name="Tolerance">What rounding explains.</param>
internal sealed record KernelCheck(string Kernel, string Shape, double Difference, double Tolerance)
{
    public bool IsOk => Difference <= Tolerance;
}
