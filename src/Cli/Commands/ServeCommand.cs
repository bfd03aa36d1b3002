using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Serving;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy serve</c>: replaces itself with a supervisor that serves HTTP.</summary>
internal sealed class ServeCommand(CliHost host)
{
    private static readonly string[] _configurationEndings = [".yaml", ".yml", ".json"];

    private readonly Argument<string[]> _models = new("MODEL")
    {
        Description = "A model folder or a name of the hub (org/name), served under its name or as NAME in NAME=MODEL. Loaded by its first request.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<FileInfo?> _config = new("--config")
    {
        Description = "A YAML or JSON file with models and settings; flags override it.",
    };
    private readonly Option<bool> _check = new("--check")
    {
        Description = "Check settings, certificate and model folders without serving. A MODEL that ends in .yaml, .yml or .json is the file of --config.",
    };
    private readonly Option<bool> _print = new("--print-settings")
    {
        Description = "Print the settings as the server takes them, and end. A running server reads its settings again with it.",
        Hidden = true,
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
    private readonly Option<bool> _allowDownloads = new("--allow-downloads")
    {
        Description = "Download models of the hub that are not here, at the start and when a caller loads one. Default: they are refused.",
    };
    private readonly Option<string[]> _corsOrigins = new("--cors-origin")
    {
        Description = "An origin whose web pages may call the server (CORS); * for all. Default: none.",
    };
    private readonly Option<double?> _maxBody = new("--max-body") { Description = "The largest request body, in MiB. Default: 32." };
    private readonly Option<int?> _maxPrompts = new("--max-prompts") { Description = "The most answers of one request. Default: 2048." };
    private readonly Option<double?> _requestTimeout = new("--request-timeout") { Description = "The timeout of a request, in seconds. Default: 3600." };
    private readonly Option<double?> _drainTimeout = new("--drain-timeout")
    {
        Description = "How long SIGTERM lets running requests continue, in seconds. Default: 30.",
    };
    private readonly Option<string?> _logFormat = new("--log-format")
    {
        Description = "The form of log lines on standard error, text or json. Default: text, without times and with priorities where systemd's journal reads.",
    };
    private readonly Option<double?> _ttl = new("--ttl")
    {
        Description = "Unload a model after this many seconds without a request; 0 for never. Default: 0, until it is evicted for another model.",
    };
    private readonly Option<bool> _pinned = new("--pinned") { Description = "Load the models at once and never evict them." };
    private readonly Option<bool> _preload = new("--preload") { Description = "Load the models at once." };
    private readonly Option<int?> _replicas = new("--replicas") { Description = "Pipelines (replicas) of each model, over all devices. Default: 1." };
    private readonly EngineFlags _engine = new();

    public static Command Create(CliHost host)
    {
        var serve = new ServeCommand(host);
        var command = new Command("serve", "Serve models behind one OpenAI-compatible address.") { serve._models };
        Option[] options =
        [
            serve._config, serve._check, serve._print, serve._address, serve._port, serve._apiKeys, serve._adminKeys, serve._tlsCert, serve._tlsKey,
            serve._insecure,
            serve._sharedPrefixCache, serve._allowDownloads, serve._corsOrigins, serve._maxBody,
            serve._maxPrompts, serve._requestTimeout, serve._drainTimeout, serve._logFormat, serve._ttl, serve._pinned, serve._preload, serve._replicas,
        ];
        Array.ForEach(options, command.Options.Add);
        serve._logFormat.AcceptOnlyFromAmong(ServeLimits.LogFormats);
        serve._engine.AddTo(command);
        command.SetAction(serve.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var settings = await ReadSettingsAsync(result, cancellationToken);
        if (result.GetValue(_check))
        {
            return await new ServeCheck(host).RunAsync(settings, cancellationToken);
        }

        var json = ServeOptionsJson.Write(settings, ServeCommandLine.Of(result, _print, _apiKeys, _adminKeys));
        if (result.GetValue(_print))
        {
            host.Terminal.Out.WriteLine(json);
            return ExitCodes.Done;
        }

        var isShared = await MakeWayAsync(cancellationToken);
        host.Terminal.Out.Flush();
        ProcessImage.Replace(Supervisor.PrepareServing(json, isShared));
        return ExitCodes.Failed;
    }

    private async Task<ServeConfiguration> ReadSettingsAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var models = result.GetValue(_models) ?? [];
        var config = result.GetValue(_config);
        if (result.GetValue(_check) && models.Where(IsConfiguration).ToList() is { Count: > 0 } files)
        {
            config = config is null && files is [var file]
                ? new FileInfo(file)
                : throw new UsageException("--check: one file of settings is read; there are several");
            models = [.. models.Except(files)];
        }

        var settings = config is null ? new ServeConfiguration() : ServeConfiguration.Read(config);
        Override(settings, result);
        settings.Models.AddRange(Models(models, result));
        for (var i = 0; i < settings.Models.Count; i++)
        {
            settings.Models[i] = await settings.Models[i].LocateAsync(host, settings.AllowDownloads, cancellationToken);
        }

        settings.Keys.InsertRange(
            0, [.. Keys(result, _apiKeys, "LMDEPLOY_API_KEY", isAdmin: false), .. Keys(result, _adminKeys, "LMDEPLOY_ADMIN_KEY", isAdmin: true)]);
        ServeRules.Check(settings);
        return settings;
    }

    private static bool IsConfiguration(string model) => Array.Exists(_configurationEndings, model.EndsWith) && !Directory.Exists(model);

    private void Override(ServeConfiguration settings, ParseResult result)
    {
        settings.Host = Placed(result, _address) ?? settings.Host;
        settings.Port = InRange(result, _port, 0, ServeLimits.LargestPort) ?? settings.Port;
        settings.TlsCert = Placed(result, _tlsCert) ?? settings.TlsCert;
        settings.TlsKey = Placed(result, _tlsKey) ?? settings.TlsKey;
        settings.Insecure |= result.GetValue(_insecure);
        settings.SharedPrefixCache |= result.GetValue(_sharedPrefixCache);
        settings.AllowDownloads |= result.GetValue(_allowDownloads);
        settings.CorsOrigins.AddRange(result.GetValue(_corsOrigins) ?? []);
        settings.MaxBodyMib = InRange(result, _maxBody, 0, ServeLimits.LargestBodyMib) ?? settings.MaxBodyMib;
        settings.MaxPrompts = InRange(result, _maxPrompts, 0, int.MaxValue) ?? settings.MaxPrompts;
        settings.LogFormat = result.GetValue(_logFormat) ?? settings.LogFormat;
        settings.DrainTimeoutSeconds = InRange(result, _drainTimeout, 0, ServeLimits.LongestDrainSeconds) ?? settings.DrainTimeoutSeconds;
        settings.RequestTimeoutSeconds = InRange(result, _requestTimeout, 0, ServeLimits.LongestSeconds) ?? settings.RequestTimeoutSeconds;
    }

    private IEnumerable<ServeConfigurationModel> Models(string[] models, ParseResult result)
    {
        var engine = _engine.Read(result).ToJson();
        var ttl = InRange(result, _ttl, 0, ServeLimits.LongestSeconds) ?? 0;
        var replicas = InRange(result, _replicas, 1, ServeLimits.MostReplicas) ?? 1;
        foreach (var model in models)
        {
            var (name, path) = model.Split('=', 2) is [var before, var after] ? (before, after) : (null, model);
            yield return ServeConfigurationModel.Create(name, path, JsonNode.Parse(engine)!.AsObject(), $"MODEL {model}") with
            {
                TtlSeconds = ttl,
                Pinned = result.GetValue(_pinned),
                Preload = result.GetValue(_preload),
                Replicas = replicas,
            };
        }
    }

    private static Placed<string>? Placed(ParseResult result, Option<string?> option) =>
        result.GetValue(option) is { } value ? new Placed<string>(value, option.Name) : null;

    private static T? InRange<T>(ParseResult result, Option<T?> option, T least, T most)
        where T : struct, INumber<T>
        => result.GetValue(option) is not { } value || (value >= least && value <= most)
            ? result.GetValue(option)
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option.Name} must be {least} to {most}, got {value}"));

    private static IEnumerable<ServeConfigurationKey> Keys(ParseResult result, Option<string[]> option, string variable, bool isAdmin)
    {
        var flags = result.GetValue(option) ?? [];
        string?[] given = [.. flags, Environment.GetEnvironmentVariable(variable)];
        return given.OfType<string>().Where(key => key.Length > 0).Select((key, i) =>
        {
            var (name, value) = key.Split('=', 2) is [{ Length: > 0 } before, { Length: > 0 } after]
                ? (before, after)
                : ($"{(isAdmin ? "admin" : "key")}-{i + 1}", key);
            return new ServeConfigurationKey(name, SHA256.HashData(Encoding.UTF8.GetBytes(value)), isAdmin) { IsFlag = i < flags.Length };
        });
    }

    /// <summary>Stops the shared supervisor if it is idle.</summary>
    /// <returns>Whether its socket is free.</returns>
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
            // It was leaving already; the next supervisor waits until it is gone.
        }

        return true;
    }
}
