using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Samples;

/// <summary>One sandbox for all samples, so that they find the supervisor of the one before.</summary>
public sealed class SampleFixture : IAsyncLifetime
{
    internal Sandbox Sandbox { get; } = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await Sandbox.DisposeAsync();
}
