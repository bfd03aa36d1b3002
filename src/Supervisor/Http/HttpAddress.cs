using System.Net;
using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http;

/// <summary>Where the HTTP server listens.</summary>
/// <param name="Address">Null for localhost: both of its addresses.</param>
internal sealed record HttpAddress(IPAddress? Address)
{
    /// <summary>Whether only this host can reach the server.</summary>
    public bool IsLocal => Address is null || IPAddress.IsLoopback(Address);

    /// <param name="host">As <c>--host</c> has it.</param>
    /// <exception cref="SupervisorException">It is no address.</exception>
    public static HttpAddress Parse(string host) => new(host switch
    {
        "localhost" => null,
        "" => IPAddress.Loopback,
        "*" => IPAddress.Any,
        _ => IPAddress.TryParse(host, out var address)
            ? address
            : throw new SupervisorException(
                ErrorCodes.InvalidRequest, $"--host {host} is not an address: expected an IP address of this host, localhost, or 0.0.0.0 for all.", "--host"),
    });
}
