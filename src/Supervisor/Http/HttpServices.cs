using LmDeploy.Memory;
using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Http.Bodies;
using LmDeploy.Supervisor.Http.Chat;
using LmDeploy.Supervisor.Http.Completions;
using LmDeploy.Supervisor.Http.Embeddings;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Health;
using LmDeploy.Supervisor.Http.Management;
using LmDeploy.Supervisor.Http.Models;
using LmDeploy.Supervisor.Http.Page;
using LmDeploy.Supervisor.Http.Tokenization;
using LmDeploy.Supervisor.Remote;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http;

/// <summary>Registers the HTTP side of <c>serve</c>: the endpoints, and what each request passes on its way there.</summary>
internal static class HttpServices
{
    private const long DefaultMaxBodyBytes = 32L << 20;
    private const int DefaultMaxPrompts = 2048;

    private static readonly TimeSpan _defaultTimeout = TimeSpan.FromHours(1);

    public static IServiceCollection AddHttpApi(this IServiceCollection services, ServeOptions options) => services
        .AddSingleton(new ApiKeys(options.Keys))
        .AddSingleton(provider => new AccessControl(
            provider.GetRequiredService<ApiKeys>(), provider.GetRequiredService<Quotas>(), options.CorsOrigins, HttpApp.AddressOf(options).IsLocal))
        .AddSingleton(new CacheSharing(options.SharedPrefixCache))
        .AddSingleton(provider => new RequestLimits(
            options.MaxPrompts > 0 ? options.MaxPrompts : DefaultMaxPrompts,
            options.RequestTimeoutMs > 0 ? TimeSpan.FromMilliseconds(options.RequestTimeoutMs) : _defaultTimeout,
            provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<ErrorHandling>()
        .AddSingleton<RequestLog>()
        .AddSingleton(provider => new HeapTrim(provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(provider => new BodyBudget(LargestBody(options), provider.GetRequiredService<HeapTrim>()))
        .AddSingleton<BodyReader>()
        .AddSingleton<ModelRequests>()
        .AddSingleton<ModelRouter>()
        .AddSingleton<GenerationCall>()
        .AddSingleton<ChatEndpoint>()
        .AddSingleton<CompletionsEndpoint>()
        .AddSingleton<EmbeddingsEndpoint>()
        .AddSingleton<ModelsEndpoint>()
        .AddSingleton<TokenizeEndpoint>()
        .AddSingleton<DetokenizeEndpoint>()
        .AddSingleton<PipelinesEndpoint>()
        .AddSingleton<LogsEndpoint>()
        .AddSingleton<GpusEndpoint>()
        .AddSingleton<EventsEndpoint>()
        .AddSingleton<PageEndpoint>()
        .AddSingleton<HealthEndpoint>();

    /// <summary>The largest body that is taken, in bytes.</summary>
    public static long LargestBody(ServeOptions options) => options.MaxBodyBytes > 0 ? options.MaxBodyBytes : DefaultMaxBodyBytes;
}
