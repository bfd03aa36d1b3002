using System.Globalization;

namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>What all comparisons of one kernel say together.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="IsOk">Whether it is near enough in every shape.</param>
/// <param name="Detail">The largest difference of each shape, for people.</param>
internal sealed record KernelVerdict(string Kernel, bool IsOk, string Detail)
{
    /// <summary>One for each kernel, in the order they were compared in.</summary>
    public static IEnumerable<KernelVerdict> Of(IEnumerable<KernelCheck> checks) => checks
        .GroupBy(check => check.Kernel)
        .Select(kernel => new KernelVerdict(kernel.Key, kernel.All(check => check.IsOk), $"largest difference {string.Join("; ", kernel.Select(Describe))}"));

    private static string Describe(KernelCheck check)
    {
        var bound = check.IsOk ? "" : string.Create(CultureInfo.InvariantCulture, $" instead of at most {check.Tolerance:0.######}");
        return string.Create(CultureInfo.InvariantCulture, $"{check.Difference:0.#######}{bound} ({check.Shape})");
    }
}
