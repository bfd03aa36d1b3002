using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Serving;

/// <summary>Writes what <c>serve</c> hands to the supervisor; its <c>ServeOptions</c> read it.</summary>
internal static class ServeOptionsJson
{
    /// <exception cref="UsageException">A value in the file cannot be meant.</exception>
    public static string Write(ServeConfiguration file, IReadOnlyList<(string Name, string Key, bool IsAdmin)> keys) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("host", file.Host ?? "127.0.0.1");
        json.WriteNumber("port", file.Port ?? ServeDefaults.Port);
        json.WriteString("tls_certificate", file.TlsCert is null ? "" : Path.GetFullPath(file.TlsCert));
        json.WriteString("tls_key", file.TlsKey is null ? "" : Path.GetFullPath(file.TlsKey));
        json.WriteBoolean("insecure", file.Insecure);
        json.WriteBoolean("shared_prefix_cache", file.SharedPrefixCache);
        json.WriteStartArray("cors_origins");
        file.CorsOrigins.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WriteNumber("max_body_bytes", (long)((file.MaxBodyMib ?? 0) * (1 << 20)));
        json.WriteNumber("max_prompts", file.MaxPrompts ?? 0);
        json.WriteNumber("request_timeout_ms", (long)((file.RequestTimeoutSeconds ?? 0) * 1000));
        json.WriteStartArray("keys");
        foreach (var (name, key, isAdmin) in keys)
        {
            WriteKey(json, name, SHA256.HashData(Encoding.UTF8.GetBytes(key)), isAdmin);
        }

        foreach (var (key, i) in file.Keys.Select((key, i) => (key, i)))
        {
            WriteKey(json, key.Name ?? throw new UsageException($"keys[{i}] of the configuration has no name."), HashOf(key), key.Admin);
        }

        json.WriteEndArray();
        json.WriteStartArray("models");
        foreach (var (model, i) in file.Models.Select((model, i) => (model, i)))
        {
            WriteModel(json, model, i);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteKey(Utf8JsonWriter json, string name, byte[] hash, bool isAdmin)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteBase64String("sha256", hash);
        json.WriteBoolean("admin", isAdmin);
        json.WriteEndObject();
    }

    private static byte[] HashOf(ServeConfigurationKey key)
    {
        try
        {
            return Convert.FromHexString(key.Sha256 ?? "") is { Length: SHA256.HashSizeInBytes } hash ? hash : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new UsageException($"sha256 of the key {key.Name} has to be the SHA-256 of the key in 64 hexadecimal digits: printf %s KEY | sha256sum");
        }
    }

    private static void WriteModel(Utf8JsonWriter json, ServeConfigurationModel model, int index)
    {
        var path = Path.GetFullPath(model.Path ?? throw new UsageException($"models[{index}] of the configuration has no path."));
        if (!Directory.Exists(path))
        {
            throw new UsageException($"There is no model folder {path}.");
        }

        json.WriteStartObject();
        json.WriteString("path", path);
        json.WriteString("name", model.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        json.WritePropertyName("engine");
        JsonSerializer.Serialize(json, model.Engine);
        json.WriteStartArray("aliases");
        model.Aliases.ForEach(json.WriteStringValue);
        json.WriteEndArray();
        json.WriteNumber("ttl_ms", (long)(model.TtlSeconds * 1000));
        json.WriteBoolean("pinned", model.Pinned);
        json.WriteBoolean("preload", model.Preload || model.Pinned);
        json.WriteNumber("replicas", model.Replicas);
        json.WriteEndObject();
    }
}
