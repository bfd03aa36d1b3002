namespace LmDeploy;

/// <summary>
/// How a host reaches its supervisor and loads its pipelines; the configuration section <c>LmDeploy</c>. What is wrong with it stops the start of the host.
/// </summary>
public sealed class LmDeployClientOptions
{
    /// <summary>The path of the Unix socket of a supervisor that somebody else takes care of.</summary>
    /// <value>Default: null, the shared supervisor of this user. Not together with <see cref="Private"/> or <see cref="Server"/>.</value>
    public string? SocketPath { get; set; }

    /// <summary>The settings of a supervisor of the host's own, which is started when it is first needed and ends with the host's container.</summary>
    /// <value>Default: null, none is started. Not together with <see cref="SocketPath"/> or <see cref="Server"/>.</value>
    public SupervisorOptions? Private { get; set; }

    /// <summary>The address of a supervisor on another host, <c>https://gpu-host:23333</c>; see <see cref="Supervisor.Connect(Uri, string?)"/>.</summary>
    /// <value>Default: null, models run on this host. Not together with <see cref="SocketPath"/> or <see cref="Private"/>.</value>
    public Uri? Server { get; set; }

    /// <summary>The key and the certificate for <see cref="Server"/>.</summary>
    /// <value>Default: no key, and the certificates that the system trusts.</value>
    public RemoteSupervisorOptions Remote { get; set; } = new();

    /// <summary>Whether pipelines are loaded while the host starts, before any of its services does; otherwise each is loaded by its first use.</summary>
    /// <value>Default: true.</value>
    public bool LoadAtStart { get; set; } = true;

    /// <summary>How many pipelines are loaded side by side while the host starts.</summary>
    /// <value>1 to 64. Default: 1, one after the other in the order they were added.</value>
    public int LoadsAtOnce { get; set; } = 1;
}
