using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http;

/// <summary>The running HTTP side of <c>serve</c>.</summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ending = new();

    private HttpServer(WebApplication app) => _app = app;

    /// <summary>Where it listens, with the port that it got.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Listens, and starts to preload models.</summary>
    /// <exception cref="SupervisorException">A setting cannot be meant, or the port is taken.</exception>
    public static async Task<HttpServer> StartAsync(ServeOptions options, IServiceProvider supervisor, ILoggerProvider log)
    {
        var served = supervisor.GetRequiredService<ServedModels>();
        List<ServedModel> models = [.. options.Models.Select(ToModel)];
        models.ForEach(served.Add);
        var server = new HttpServer(HttpApp.Build(options, supervisor, log));
        try
        {
            await server._app.StartAsync();
        }
        catch (IOException exception)
        {
            await server.DisposeAsync();
            throw new SupervisorException(ErrorCodes.InvalidRequest, $"{options.Host}:{options.Port} cannot be listened on: {exception.Message}", "--port");
        }

        supervisor.GetRequiredService<Preloading>().Begin(models.Where((_, i) => options.Models[i].Preload), server._ending.Token);
        return server;
    }

    private static ServedModel ToModel(ServedModelOptions model)
    {
        try
        {
            return model.ToModel();
        }
        catch (UnknownWordException exception)
        {
            throw new SupervisorException(ErrorCodes.InvalidConfig, $"engine of {model.Name} cannot be read: {exception.Message}", exception.Setting);
        }
        catch (FormatException exception)
        {
            throw new SupervisorException(ErrorCodes.InvalidRequest, $"engine of {model.Name} cannot be read: {exception.Message}", "engine");
        }
    }

    /// <summary>Ends what is left of its connections.</summary>
    public async Task StopAsync(TimeProvider time)
    {
        await _ending.CancelAsync();
        using var deadline = new CancellationTokenSource(_stopTimeout, time);
        await _app.StopAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _ending.Dispose();
    }
}
