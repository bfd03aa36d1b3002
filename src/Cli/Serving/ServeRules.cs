using LmDeploy.Serving;

namespace LmDeploy.Cli.Serving;

/// <summary>Checks that the settings of <c>serve</c> mean something together, however they were given.</summary>
internal static class ServeRules
{
    private const string EscapedSlash = "%2F";

    /// <exception cref="UsageException">They do not.</exception>
    public static void Check(ServeConfiguration settings)
    {
        CheckAddress(settings);
        CheckCertificate(settings);
        CheckNames(settings.Models);
    }

    private static void CheckAddress(ServeConfiguration settings)
    {
        if (settings.Host is not { } host)
        {
            return;
        }

        var address = ServerAddress.TryParse(host.Value) ?? throw host.Wrong($"'{host.Value}' is not an address: expected {ServerAddress.Allowed}");
        if (!address.IsLocal && !settings.Insecure && (settings.Keys.Count == 0 || settings.TlsCert is null))
        {
            throw host.Wrong(
                $"{host.Value} is open to other hosts: that needs --api-key and --tls-cert with --tls-key, or --insecure behind a proxy that does both");
        }
    }

    private static void CheckCertificate(ServeConfiguration settings)
    {
        if (settings.TlsCert is not { } certificate)
        {
            if (settings.TlsKey is { } alone)
            {
                throw alone.Wrong("there is a key without a certificate: add --tls-cert, or tls_cert to the file");
            }

            return;
        }

        try
        {
            ServerCertificate.Load(certificate.Value, settings.TlsKey?.Value ?? "").Dispose();
        }
        catch (FormatException exception)
        {
            throw (settings.TlsKey ?? certificate).Wrong(exception.Message);
        }
    }

    private static void CheckNames(IReadOnlyList<ServeConfigurationModel> models)
    {
        var owners = new Dictionary<string, ServeConfigurationModel>(StringComparer.Ordinal);
        foreach (var model in models)
        {
            foreach (var name in model.Aliases.Prepend(model.Name))
            {
                if (name.Length == 0 || name.Contains(EscapedSlash, StringComparison.OrdinalIgnoreCase))
                {
                    throw model.Wrong($"'{name}' cannot be a name: it is empty or has {EscapedSlash}, which stands for a slash in URLs");
                }

                if (owners.TryGetValue(name, out var owner) && !IsSame(owner, model))
                {
                    throw model.Wrong($"the name '{name}' stands for {owner.Path} already ({owner.Place}); name one NAME=PATH, or give it another name");
                }

                owners[name] = model;
            }
        }
    }

    private static bool IsSame(ServeConfigurationModel one, ServeConfigurationModel other) =>
        one.Name == other.Name && one.Path == other.Path && one.Engine.ToJsonString() == other.Engine.ToJsonString();
}
