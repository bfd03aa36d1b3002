using System.Net.Sockets;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;
using Microsoft.AspNetCore.Connections;

namespace LmDeploy.Supervisor.Http;

/// <summary>The running HTTP side of <c>serve</c>.</summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ending = new();

    private HttpServer(WebApplication app) => _app = app;

    /// <summary>Where it listens, with the port that it got.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Listens, and starts to preload models.</summary>
    /// <exception cref="SupervisorException">A setting cannot be meant.</exception>
    /// <exception cref="IOException">The address is in use, or not one of this host.</exception>
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
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            await server.DisposeAsync();
            throw new IOException(Explain(exception, options), exception);
        }

        supervisor.GetRequiredService<Preloading>().Begin(models.Where(model => model.IsPreloaded), server._ending.Token);
        return server;
    }

    private static string Explain(Exception exception, ServeOptions options)
    {
        var address = options.Host.Contains(':', StringComparison.Ordinal) ? $"[{options.Host}]:{options.Port}" : $"{options.Host}:{options.Port}";
        return exception.InnerException is AddressInUseException
            ? $"{address} is in use; --port 0 takes a free one"
            : $"{address} cannot be listened on: {(exception.InnerException ?? exception).Message}";
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

    /// <summary>Loads no more models that nobody asks for.</summary>
    public void StopPreloading() => _ending.Cancel();

    /// <summary>Closes the remaining connections.</summary>
    public Task StopAsync(CancellationToken deadline) => _app.StopAsync(deadline);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _ending.Dispose();
    }
}
