using System.Net;

namespace LmDeploy.Serving;

/// <summary>Where the HTTP server of <c>serve</c> listens.</summary>
/// <param name="Address">Null for localhost: both of its addresses.</param>
internal sealed record ServerAddress(IPAddress? Address)
{
    /// <summary>What a host may be.</summary>
    public const string Allowed = "an IP address of this host, localhost, or 0.0.0.0 for all";

    /// <summary>Whether only this host can reach the server.</summary>
    public bool IsLocal => Address is null || IPAddress.IsLoopback(Address);

    /// <summary>Reads a host as <c>--host</c> has it.</summary>
    /// <returns>Null where it is no address.</returns>
    public static ServerAddress? TryParse(string host) => host switch
    {
        "localhost" => new ServerAddress((IPAddress?)null),
        "" => new ServerAddress(IPAddress.Loopback),
        "*" => new ServerAddress(IPAddress.Any),
        _ => IPAddress.TryParse(host, out var address) ? new ServerAddress(address) : null,
    };
}
