using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Samples;

/// <summary>One sandbox for all samples, so that they find the supervisor of the one before.</summary>
public sealed class SampleFixture : IAsyncLifetime
{
    internal Sandbox Sandbox { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Sandbox.DisposeAsync();
}
