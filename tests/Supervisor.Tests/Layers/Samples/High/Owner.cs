using LmDeploy.Supervisor.Tests.Layers.Samples.Middle;

namespace LmDeploy.Supervisor.Tests.Layers.Samples.High;

internal sealed class Owner
{
    public IReadOnlyList<Maker?> Makers { get; init; } = [];
}
