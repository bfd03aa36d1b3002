using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A kernel that kills for want of memory when the test says so.</summary>
internal sealed class FakeOomEvents : IOomEvents
{
    public bool? HasKilled { get; set; } = false;

    public OomMark Mark() => default;

    public bool? WasKilled(ProcessIdentity worker, OomMark mark) => HasKilled;
}
