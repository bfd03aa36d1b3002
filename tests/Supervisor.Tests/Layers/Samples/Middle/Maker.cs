using LmDeploy.Supervisor.Tests.Layers.Samples.Low;

namespace LmDeploy.Supervisor.Tests.Layers.Samples.Middle;

/// <summary>Refers downwards in a body alone: the compiler puts that into a nested type.</summary>
internal sealed class Maker
{
    public static async Task<object> MakeAsync()
    {
        await Task.Yield();
        return new Part();
    }
}
