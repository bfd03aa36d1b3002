using System.CommandLine;
using LmDeploy.Cli.Hosting;

namespace LmDeploy.Cli.Flags;

/// <summary>The flags of every command that name a supervisor on another host, and the variables in their place.</summary>
internal sealed class ServerFlags
{
    private const string AddressVariable = "LMDEPLOY_SERVER";
    private const string KeyVariable = "LMDEPLOY_SERVER_KEY";
    private const string CertificateVariable = "LMDEPLOY_SERVER_CERT";

    /// <summary>Commands that are about this machine.</summary>
    private static readonly string[] _local = ["serve", "supervisor", "pull", "list", "rm"];

    private readonly Option<string?> _address = new("--server")
    {
        Description = $"The https address of lmdeploy serve on another host, which runs the models. Default: {AddressVariable}, or this machine.",
        Recursive = true,
    };

    private readonly Option<string?> _key = new("--server-key")
    {
        Description = $"An API key of that server. Default: {KeyVariable}, which others cannot read from a process list.", Recursive = true,
    };

    private readonly Option<string?> _certificate = new("--server-cert")
    {
        Description = $"A PEM file with a certificate to trust, beside what the system trusts. Default: {CertificateVariable}.", Recursive = true,
    };

    public void AddTo(Command root)
    {
        root.Options.Add(_address);
        root.Options.Add(_key);
        root.Options.Add(_certificate);
    }

    /// <summary>The environment of the commands with the supervisor that was named.</summary>
    /// <exception cref="UsageException">The address is none, or the command takes no server.</exception>
    public CliHost Apply(ParseResult result, CliHost host, Func<string, string?> environment)
    {
        var named = result.CommandResult.Command;
        var command = named.Parents.OfType<Command>().FirstOrDefault(parent => parent is not RootCommand) ?? named;
        var isLocal = _local.Contains(command.Name);
        if (isLocal && result.GetValue(_address) is not null)
        {
            throw new UsageException($"lmdeploy {command.Name} is about this machine: it takes no --server.");
        }

        var address = result.GetValue(_address) ?? Variable(AddressVariable);
        if (isLocal || address is null)
        {
            return result.GetValue(_key) is not null || result.GetValue(_certificate) is not null
                ? throw new UsageException("--server-key and --server-cert say how a server is reached: give --server too.")
                : host;
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            throw new UsageException($"--server must be an https address, for example https://gpu-host:23333, got {address}.");
        }

        var supervisor = Supervisor.Connect(uri, new RemoteSupervisorOptions
        {
            Key = result.GetValue(_key) ?? Variable(KeyVariable), TrustedCertificate = result.GetValue(_certificate) ?? Variable(CertificateVariable),
        });
        return host with { Supervisor = supervisor, FindSupervisorAsync = _ => Task.FromResult<Supervisor?>(supervisor) };

        string? Variable(string name) => environment(name) is { Length: > 0 } value ? value : null;
    }
}
