using System.Text.RegularExpressions;
using LmDeploy.Engine.Decoders.Cuda.Checks;
using LmDeploy.Engine.Tests.Decoders.Cuda.Checks;
using LmDeploy.Tests.Torch;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>The kernels themselves; <see cref="KernelComparisonTests"/> has the comparison on the CPU.</summary>
[Collection(TorchTests.Name)]
public sealed class KernelTests(ITestOutputHelper output)
{
    [GpuFact]
    public void EveryKernel_ComputesWhatItsTwinDoes()
    {
        var verdicts = KernelVerdict.Of(KernelSelfTest.Run(GpuHost.Device)).ToList();
        verdicts.ForEach(verdict => output.WriteLine($"{verdict.Kernel}: {verdict.Detail}"));
        verdicts.Where(verdict => !verdict.IsOk).Select(verdict => $"{verdict.Kernel}: {verdict.Detail}").ShouldBeEmpty();
        verdicts.Count.ShouldBe(KernelsInSources(), "one for each kernel of the sources");
    }

    private static int KernelsInSources()
    {
        var assembly = typeof(KernelVerdict).Assembly;
        return assembly.GetManifestResourceNames().Where(name => name.EndsWith(".cu", StringComparison.Ordinal)).Sum(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return Regex.Count(reader.ReadToEnd(), @"__global__ void (?:__launch_bounds__\([^)]*\) )?\w+\(");
        });
    }
}
