using System.Text;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>A supervisor that answers over HTTP for everybody on this host, with models that are fakes. The tests of a class share it.</summary>
public class FakeServer : IAsyncLifetime
{
    /// <summary>A model that is served.</summary>
    public const string Model = "fake";

    /// <summary>Another one, whose name has a slash.</summary>
    public const string SlashedModel = "org/name";

    public HttpClient Http { get; private set; } = null!;

    public Uri Address => Supervisor.Address!;

    internal RealSupervisor Supervisor { get; private set; } = null!;

    private protected virtual ServeOptions Options => new();

    public async ValueTask InitializeAsync()
    {
        Supervisor = await RealSupervisor.StartServingAsync(Options, Model, SlashedModel);
        Http = new HttpClient { BaseAddress = Address };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Supervisor.DisposeAsync();
    }

    /// <summary>Asks a model for an answer of one word.</summary>
    public async Task<HttpResponseMessage> CompleteAsync(string model, CancellationToken cancellationToken = default)
    {
        using var body = new StringContent($$"""{"model":"{{model}}","prompt":"word"}""", Encoding.UTF8, "application/json");
        return await Http.PostAsync("/v1/completions", body, cancellationToken);
    }
}
