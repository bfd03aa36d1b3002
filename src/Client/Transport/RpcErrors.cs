using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;
using LmDeploy.Errors;
using LmDeploy.V1;

namespace LmDeploy.Transport;

/// <summary>Turns what gRPC throws into what callers can act on.</summary>
internal static class RpcErrors
{
    /// <summary>Whether an exception of a call is one that <see cref="ToException"/> explains.</summary>
    public static bool IsOfCall(Exception e) => e is RpcException or OperationCanceledException or ObjectDisposedException;

    public static LmDeployException ToException(Exception e) => e switch
    {
        RpcException rpc when ErrorDetails.Read(rpc) is { } error => error.ToException(rpc),
        RpcException { StatusCode: StatusCode.Unimplemented } rpc => new SupervisorUnavailableException(
            ErrorCodes.ProtocolMismatch, $"The supervisor does not know this call: {rpc.Status.Detail} Client and supervisor must be of one version.", "", rpc),
        RpcException
        {
            StatusCode: StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.DeadlineExceeded or StatusCode.Aborted,
        } rpc
            => new SupervisorUnavailableException(ErrorCodes.SupervisorUnavailable, Describe(rpc), "", rpc),
        RpcException rpc => new LmDeployException(
            ErrorCodes.InternalError, $"The supervisor failed: {rpc.StatusCode}: {rpc.Status.Detail}", "", rpc),
        _ => new SupervisorUnavailableException(
            ErrorCodes.SupervisorUnavailable, "The connection to the supervisor was closed.", "", e),
    };

    /// <summary>What ended a connection, or why there is none.</summary>
    private static string Describe(RpcException rpc)
    {
        for (var cause = rpc.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException:
                    return $"The server's certificate is not trusted: {cause.Message} Give it, or that of its authority, as "
                        + "RemoteSupervisorOptions.TrustedCertificate, --server-cert or LMDEPLOY_SERVER_CERT.";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound or SocketError.HostUnreachable }:
                    return $"The supervisor cannot be reached: {cause.Message}.";
            }
        }

        return $"The connection to the supervisor was lost: {rpc.Status.Detail}";
    }
}
