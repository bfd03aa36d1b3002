using System.CommandLine;
using System.Text.Json;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Serving;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy serve</c>: becomes a supervisor that answers over HTTP.</summary>
internal sealed class ServeCommand(CliHost host)
{
    private const int MostReplicas = 64;

    private readonly Argument<string[]> _models = new("MODEL")
    {
        Description = "A model folder, served under its name or as NAME in NAME=PATH. Loaded by its first request.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<FileInfo?> _config = new("--config")
    {
        Description = "A YAML or JSON file with models and settings; flags override it.",
    };
    private readonly Option<string?> _address = new("--host")
    {
        Description = "The IP address to listen on. Default: 127.0.0.1. Addresses that other hosts reach need API keys and TLS, or --insecure.",
    };
    private readonly Option<int?> _port = new("--port") { Description = "The port; 0 for any free port. Default: 23333." };
    private readonly Option<string[]> _apiKeys = new("--api-key")
    {
        Description = "[NAME=]KEY that callers must send; repeatable. LMDEPLOY_API_KEY adds one.",
    };
    private readonly Option<string[]> _adminKeys = new("--admin-key")
    {
        Description = "[NAME=]KEY that may also load and unload models; repeatable. LMDEPLOY_ADMIN_KEY adds one.",
    };
    private readonly Option<string?> _tlsCert = new("--tls-cert") { Description = "The TLS certificate with its chain, a PEM file." };
    private readonly Option<string?> _tlsKey = new("--tls-key") { Description = "The private key of the certificate, a PEM file." };
    private readonly Option<bool> _insecure = new("--insecure")
    {
        Description = "Listen to other hosts without keys or TLS, for use behind a proxy that does both.",
    };
    private readonly Option<bool> _sharedPrefixCache = new("--shared-prefix-cache")
    {
        Description = "Share the prefix cache between API keys. Faster for common prefixes, but timing reveals to one key what others asked.",
    };
    private readonly Option<string[]> _corsOrigins = new("--cors-origin")
    {
        Description = "An origin whose web pages may call the server (CORS); * for all. Default: none.",
    };
    private readonly Option<double?> _maxBody = new("--max-body") { Description = "The largest request body, in MiB. Default: 32." };
    private readonly Option<int?> _maxPrompts = new("--max-prompts") { Description = "The most answers of one request. Default: 2048." };
    private readonly Option<double?> _requestTimeout = new("--request-timeout") { Description = "The timeout of a request, in seconds. Default: 3600." };
    private readonly Option<double> _ttl = new("--ttl")
    {
        Description = "Unload a model after this many seconds without a request; 0 for never. Default: 0, until it is evicted for another model.",
    };
    private readonly Option<bool> _pinned = new("--pinned") { Description = "Load the models at once and never evict them." };
    private readonly Option<bool> _preload = new("--preload") { Description = "Load the models at once." };
    private readonly Option<int> _replicas = new("--replicas")
    {
        Description = "Pipelines (replicas) of each model, over all devices. Default: 1.",
        DefaultValueFactory = _ => 1,
    };
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var serve = new ServeCommand(host);
        var command = new Command("serve", "Serve models behind one OpenAI-compatible address.") { serve._models };
        Option[] options =
        [
            serve._config, serve._address, serve._port, serve._apiKeys, serve._adminKeys, serve._tlsCert, serve._tlsKey, serve._insecure,
            serve._sharedPrefixCache, serve._corsOrigins, serve._maxBody,
            serve._maxPrompts, serve._requestTimeout, serve._ttl, serve._pinned, serve._preload, serve._replicas,
        ];
        Array.ForEach(options, command.Options.Add);
        serve._engine.AddTo(command);
        command.SetAction(serve.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var file = result.GetValue(_config) is { } config ? ServeConfiguration.Read(config) : new ServeConfiguration();
        Override(file, result);
        var json = ServeOptionsJson.Write(
            file, [.. Keys(result, _apiKeys, "LMDEPLOY_API_KEY", isAdmin: false), .. Keys(result, _adminKeys, "LMDEPLOY_ADMIN_KEY", isAdmin: true)]);
        var isShared = await MakeWayAsync(cancellationToken);
        host.Terminal.Out.Flush();
        ProcessImage.Replace(Supervisor.PrepareServing(json, isShared));
        return ExitCodes.Failed;
    }

    private void Override(ServeConfiguration file, ParseResult result)
    {
        file.Host = result.GetValue(_address) ?? file.Host;
        file.Port = result.GetValue(_port) ?? file.Port;
        file.TlsCert = result.GetValue(_tlsCert) ?? file.TlsCert;
        file.TlsKey = result.GetValue(_tlsKey) ?? file.TlsKey;
        file.Insecure |= result.GetValue(_insecure);
        file.SharedPrefixCache |= result.GetValue(_sharedPrefixCache);
        file.CorsOrigins.AddRange(result.GetValue(_corsOrigins) ?? []);
        file.MaxBodyMib = result.GetValue(_maxBody) ?? file.MaxBodyMib;
        file.MaxPrompts = result.GetValue(_maxPrompts) ?? file.MaxPrompts;
        file.RequestTimeoutSeconds = result.GetValue(_requestTimeout) ?? file.RequestTimeoutSeconds;
        if (file.Port is < 0 or > 65535)
        {
            throw new UsageException($"--port must be 0 to 65535, got {file.Port}.");
        }

        var engine = JsonSerializer.Deserialize<Dictionary<string, object?>>(_engine.Read(result).ToJson())!;
        foreach (var model in result.GetValue(_models) ?? [])
        {
            var (name, path) = model.Split('=', 2) is [var before, var after] ? (before, after) : (null, model);
            file.Models.Add(new ServeConfigurationModel
            {
                Name = name,
                Path = path,
                TtlSeconds = result.GetValue(_ttl),
                Pinned = result.GetValue(_pinned),
                Preload = result.GetValue(_preload),
                Replicas = result.GetValue(_replicas),
                Engine = engine,
            });
        }

        if (file.Models.Find(model => model.Replicas is < 1 or > MostReplicas) is { } crowd)
        {
            throw new UsageException($"replicas of {crowd.Name ?? crowd.Path} must be 1 to {MostReplicas}, got {crowd.Replicas}.");
        }
    }

    private static IEnumerable<(string Name, string Key, bool IsAdmin)> Keys(ParseResult result, Option<string[]> option, string variable, bool isAdmin)
    {
        string?[] given = [.. result.GetValue(option) ?? [], Environment.GetEnvironmentVariable(variable)];
        return given.OfType<string>().Where(key => key.Length > 0).Select((key, i) => key.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } value]
            ? (name, value, isAdmin)
            : ($"{(isAdmin ? "admin" : "key")}-{i + 1}", key, isAdmin));
    }

    /// <summary>Has the shared supervisor leave when it runs nothing.</summary>
    /// <returns>Whether its place is free.</returns>
    private async Task<bool> MakeWayAsync(CancellationToken cancellationToken)
    {
        await using var other = await host.FindSupervisorAsync(cancellationToken);
        if (other is null)
        {
            return true;
        }

        try
        {
            if (await other.ListPipelinesAsync(cancellationToken) is { Count: > 0 } pipelines)
            {
                await host.Terminal.Error.WriteLineAsync(
                    $"note: another supervisor of yours runs {pipelines.Count} pipelines, so this one has a place of its own, "
                        + "and lmdeploy ps does not list it.");
                return false;
            }

            await other.ShutdownAsync(cancellationToken);
        }
        catch (SupervisorUnavailableException)
        {
            // It was about to leave, and has: whoever takes its place waits until it is gone.
        }

        return true;
    }
}
