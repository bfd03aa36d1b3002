using LmDeploy.Supervisor.Gpu;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A driver that keeps its callers until the test lets go.</summary>
internal sealed class HangingNvml(ManualResetEventSlim release) : INvml
{
    public IReadOnlyList<GpuInfo> List()
    {
        release.Wait();
        return [];
    }

    public IReadOnlyList<GpuMemory> ReadMemory()
    {
        release.Wait();
        return [];
    }
}
