using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace LmDeploy.Cli.Serving;

/// <summary>The file of <c>serve --config</c>, YAML or JSON; docs/serving.md has an example.</summary>
internal sealed class ServeConfiguration
{
    public string? Host { get; set; }

    public int? Port { get; set; }

    public string? TlsCert { get; set; }

    public string? TlsKey { get; set; }

    public bool Insecure { get; set; }

    public bool SharedPrefixCache { get; set; }

    public List<string> CorsOrigins { get; set; } = [];

    public double? MaxBodyMib { get; set; }

    public int? MaxPrompts { get; set; }

    public double? RequestTimeoutSeconds { get; set; }

    public List<ServeConfigurationKey> Keys { get; set; } = [];

    public List<ServeConfigurationModel> Models { get; set; } = [];

    /// <exception cref="UsageException">The file is missing, is not YAML, or has something that means nothing.</exception>
    public static ServeConfiguration Read(FileInfo file)
    {
        if (!file.Exists)
        {
            throw new UsageException($"The configuration {file} does not exist.");
        }

        try
        {
            var deserializer = new DeserializerBuilder()
                .WithNamingConvention(UnderscoredNamingConvention.Instance)
                .WithAttemptingUnquotedStringTypeDeserialization()
                .WithDuplicateKeyChecking()
                .Build();
            return deserializer.Deserialize<ServeConfiguration>(File.ReadAllText(file.FullName)) ?? new ServeConfiguration();
        }
        catch (YamlException exception)
        {
            throw new UsageException($"{file}, line {exception.Start.Line}: {(exception.InnerException ?? exception).Message}", exception);
        }
    }
}
