using LmDeploy.Supervisor.Tests.Layers.Samples.Low;

namespace LmDeploy.Supervisor.Tests.Layers.Samples.Apart;

/// <summary>Uses a folder of the cycle and is used by none.</summary>
internal sealed class Alone
{
    public Part? Part { get; init; }
}
