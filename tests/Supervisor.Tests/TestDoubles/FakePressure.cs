using LmDeploy.Supervisor.Standby;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A host that is short of memory when the test says so.</summary>
internal sealed class FakePressure : IMemoryPressure
{
    public bool High { get; set; }

    /// <summary>What looking fails with; null for nothing.</summary>
    public Exception? Failure { get; set; }

    public bool IsHigh() => Failure is { } failure ? throw failure : High;
}
