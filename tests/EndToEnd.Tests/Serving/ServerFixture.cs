using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>A server of the sample models that the tests of clients share.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    internal Server Server { get; private set; } = null!;

    internal Uri OpenAIAddress => new(Server.Address, "/v1");

    public async ValueTask InitializeAsync() => Server = await Server.StartAsync($"pebble={Repository.Pebble}", Repository.Boulder);

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();
}
