using System.Runtime.CompilerServices;
using Xunit.v3;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>As <see cref="GpuFactAttribute"/>, with parameters.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GpuTheoryAttribute : TheoryAttribute, ITraitAttribute
{
    public GpuTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        (Skip, SkipType, SkipUnless) = (GpuHost.Missing, typeof(GpuHost), nameof(GpuHost.IsUsable));

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Category", GpuHost.Category)];
}
