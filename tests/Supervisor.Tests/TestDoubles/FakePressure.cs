using LmDeploy.Supervisor.Standby;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A host that is short of memory when the test says so.</summary>
internal sealed class FakePressure : IMemoryPressure
{
    public bool High { get; set; }

    public bool IsHigh() => High;
}
