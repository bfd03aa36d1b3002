using System.Text.Json;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Serving;

/// <summary>Writes what <c>serve</c> hands to the supervisor; its <c>ServeOptions</c> read it.</summary>
internal static class ServeOptionsJson
{
    /// <param name="reload">The command that prints the settings once more; null for none.</param>
    public static string Write(ServeConfiguration settings, ServeCommandLine? reload = null) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("host", settings.Host?.Value ?? ServeDefaults.Host);
        json.WriteNumber("port", settings.Port ?? ServeDefaults.Port);
        json.WriteString("tls_certificate", settings.TlsCert is { } cert ? Path.GetFullPath(cert.Value) : "");
        json.WriteString("tls_key", settings.TlsKey is { } key ? Path.GetFullPath(key.Value) : "");
        json.WriteBoolean("insecure", settings.Insecure);
        json.WriteBoolean("shared_prefix_cache", settings.SharedPrefixCache);
        json.WriteBoolean("allow_downloads", settings.AllowDownloads);
        json.WriteStartArray("cors_origins");
        settings.CorsOrigins.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WriteNumber("max_body_bytes", (long)((settings.MaxBodyMib ?? 0) * (1 << 20)));
        json.WriteNumber("max_prompts", settings.MaxPrompts ?? 0);
        json.WriteNumber("request_timeout_ms", (long)((settings.RequestTimeoutSeconds ?? 0) * 1000));
        json.WriteString("log_format", settings.LogFormat ?? "");
        if (settings.DrainTimeoutSeconds is { } drain)
        {
            json.WriteNumber("drain_timeout_ms", (long)(drain * 1000));
        }

        if (reload is not null)
        {
            json.WriteStartObject("reload");
            json.WriteString("program", reload.Program);
            json.WriteStartArray("arguments");
            reload.Arguments.ToList().ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteStartArray("keys");
        settings.Keys.ForEach(key => WriteKey(json, key));
        json.WriteEndArray();
        json.WriteStartArray("models");
        settings.Models.ForEach(model => WriteModel(json, model));
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteKey(Utf8JsonWriter json, ServeConfigurationKey key)
    {
        json.WriteStartObject();
        json.WriteString("name", key.Name);
        json.WriteBase64String("sha256", key.Sha256);
        json.WriteBoolean("admin", key.Admin);
        json.WriteBoolean("fixed", key.IsFlag);
        json.WriteNumber("max_pipelines", key.MaxPipelines);
        json.WriteNumber("max_memory", (long)key.MaxMemoryMib << 20);
        json.WriteNumber("max_requests", key.MaxRequests);
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, ServeConfigurationModel model)
    {
        json.WriteStartObject();
        json.WriteString("path", model.Path);
        json.WriteString("name", model.Name);
        json.WritePropertyName("engine");
        model.Engine.WriteTo(json);
        json.WriteStartArray("aliases");
        foreach (var alias in model.Aliases)
        {
            json.WriteStringValue(alias);
        }

        json.WriteEndArray();
        json.WriteNumber("ttl_ms", (long)(model.TtlSeconds * 1000));
        json.WriteBoolean("pinned", model.Pinned);
        json.WriteBoolean("preload", model.Preload || model.Pinned);
        json.WriteNumber("replicas", model.Replicas);
        json.WriteEndObject();
    }
}
