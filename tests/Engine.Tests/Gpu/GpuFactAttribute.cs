using System.Runtime.CompilerServices;
using Xunit.v3;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>A test of the category Gpu; skipped where this run does not test on a GPU (<see cref="GpuHost"/>).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GpuFactAttribute : FactAttribute, ITraitAttribute
{
    public GpuFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        (Skip, SkipType, SkipUnless) = (GpuHost.Missing, typeof(GpuHost), nameof(GpuHost.IsUsable));

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", GpuHost.Category)];
}
