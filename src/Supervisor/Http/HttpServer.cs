using System.Net.Sockets;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Http.Settings;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.V1;
using Microsoft.AspNetCore.Connections;

namespace LmDeploy.Supervisor.Http;

/// <summary>The running HTTP side of <c>serve</c>.</summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ending = new();

    private readonly ServeOptions _options;
    private readonly IServiceProvider _supervisor;
    private readonly Certificates? _certificates;

    private HttpServer(WebApplication app, ServeOptions options, IServiceProvider supervisor, Certificates? certificates) =>
        (_app, _options, _supervisor, _certificates) = (app, options, supervisor, certificates);

    /// <summary>Where it listens, with the port that it got.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Listens, and starts to preload models.</summary>
    /// <exception cref="SupervisorException">A setting cannot be meant.</exception>
    /// <exception cref="IOException">The address is in use, or not one of this host.</exception>
    public static async Task<HttpServer> StartAsync(ServeOptions options, IServiceProvider supervisor, ILoggerProvider log)
    {
        var served = supervisor.GetRequiredService<ServedModels>();
        List<ServedModel> models = [.. options.Models.Select(ServedModelReader.Read)];
        models.ForEach(served.Add);
        var certificates = LoadCertificates(options, supervisor);
        var server = new HttpServer(HttpApp.Build(options, supervisor, certificates, log), options, supervisor, certificates);
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

    private static Certificates? LoadCertificates(ServeOptions options, IServiceProvider supervisor)
    {
        try
        {
            return options.TlsCertificate.Length == 0 ? null : new Certificates(
                options.TlsCertificate,
                options.TlsKey,
                supervisor.GetRequiredService<TimeProvider>(),
                supervisor.GetRequiredService<ILogger<Certificates>>());
        }
        catch (FormatException exception)
        {
            throw new SupervisorException(ErrorCodes.InvalidRequest, $"--tls-cert: {exception.Message}", "--tls-cert");
        }
    }

    private static string Explain(Exception exception, ServeOptions options)
    {
        var address = options.Host.Contains(':', StringComparison.Ordinal) ? $"[{options.Host}]:{options.Port}" : $"{options.Host}:{options.Port}";
        return exception.InnerException is AddressInUseException
            ? $"{address} is in use; --port 0 takes a free one"
            : $"{address} cannot be listened on: {(exception.InnerException ?? exception).Message}";
    }

    /// <summary>Reads the settings again each time that it is asked for.</summary>
    public void Reload(ReloadSignal signal)
    {
        var time = _supervisor.GetRequiredService<TimeProvider>();
        var reload = new SettingsReload(
            _options,
            _options.Reload is { } command ? new SettingsReader(command, time) : null,
            _supervisor.GetRequiredService<ServedModels>(),
            _supervisor.GetRequiredService<Preloading>(),
            _supervisor.GetRequiredService<ApiKeys>(),
            _certificates,
            _supervisor.GetRequiredService<ILogger<SettingsReload>>());
        RunAsync().Detach(_ => { });

        async Task RunAsync()
        {
            while (true)
            {
                await signal.WaitAsync(_ending.Token);
                await reload.RunAsync(_ending.Token);
            }
        }
    }

    /// <summary>Loads no more models that nobody asks for, and reads no more settings.</summary>
    public void StopLoading() => _ending.Cancel();

    /// <summary>Closes the remaining connections.</summary>
    public Task StopAsync(CancellationToken deadline) => _app.StopAsync(deadline);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _ending.Dispose();
    }
}
