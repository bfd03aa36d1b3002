using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Http.Chat;
using LmDeploy.Supervisor.Http.Completions;
using LmDeploy.Supervisor.Http.Embeddings;
using LmDeploy.Supervisor.Http.Health;
using LmDeploy.Supervisor.Http.Management;
using LmDeploy.Supervisor.Http.Models;
using LmDeploy.Supervisor.Http.Page;
using LmDeploy.Supervisor.Http.Tokenization;

namespace LmDeploy.Supervisor.Http;

/// <summary>The routes and their access levels.</summary>
internal static class HttpRoutes
{
    /// <param name="services">Has the endpoints.</param>
    public static void Map(WebApplication app, IServiceProvider services)
    {
        var requests = services.GetRequiredService<ModelRequests>();

        Model("/v1/chat/completions", services.GetRequiredService<ChatEndpoint>().HandleAsync);
        Model("/v1/completions", services.GetRequiredService<CompletionsEndpoint>().HandleAsync);
        Model("/v1/embeddings", services.GetRequiredService<EmbeddingsEndpoint>().HandleAsync);
        Model("/tokenize", services.GetRequiredService<TokenizeEndpoint>().HandleAsync);
        Model("/detokenize", services.GetRequiredService<DetokenizeEndpoint>().HandleAsync);

        var models = services.GetRequiredService<ModelsEndpoint>();
        Map("GET", "/v1/models", AccessLevel.User, models.ListAsync);
        Map("GET", $"/v1/models/{ModelName.Route}", AccessLevel.User, models.GetAsync);

        var health = services.GetRequiredService<HealthEndpoint>();
        Map("GET", "/health", AccessLevel.Anybody, HealthEndpoint.LiveAsync);
        Map("GET", "/health/live", AccessLevel.Anybody, HealthEndpoint.LiveAsync);
        Map("GET", "/health/ready", AccessLevel.Anybody, health.ReadyAsync);

        app.MapPrometheusScrapingEndpoint().WithMetadata(new AccessLevelMetadata(AccessLevel.User));

        var pipelines = services.GetRequiredService<PipelinesEndpoint>();
        Map("GET", "/v1/pipelines", AccessLevel.Admin, pipelines.ListAsync);
        Map("POST", "/v1/pipelines", AccessLevel.Admin, pipelines.LoadAsync);
        Map("GET", $"/v1/pipelines/{ModelName.Route}", AccessLevel.Admin, pipelines.GetAsync);
        Map("DELETE", $"/v1/pipelines/{ModelName.Route}", AccessLevel.Admin, pipelines.UnloadAsync);
        Map("POST", $"/v1/pipelines/{ModelName.Route}", AccessLevel.Admin, pipelines.ActAsync);
        Map("GET", "/v1/gpus", AccessLevel.Admin, services.GetRequiredService<GpusEndpoint>().HandleAsync);
        Map("GET", "/v1/events", AccessLevel.Admin, services.GetRequiredService<EventsEndpoint>().HandleAsync);

        var page = services.GetRequiredService<PageEndpoint>();
        Map("GET", "/", AccessLevel.Anybody, page.IndexAsync);
        Map("GET", "/page/{file}", AccessLevel.Anybody, page.FileAsync);

        void Model(string route, ModelRequest handle) => Map("POST", route, AccessLevel.User, requests.Wrap(handle));

        void Map(string method, string route, AccessLevel level, RequestDelegate handle) =>
            app.MapMethods(route, method == "GET" ? ["GET", "HEAD"] : [method], handle).WithMetadata(new AccessLevelMetadata(level));
    }
}
