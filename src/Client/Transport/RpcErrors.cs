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
            => new SupervisorUnavailableException(
                ErrorCodes.SupervisorUnavailable, $"The connection to the supervisor was lost: {rpc.Status.Detail}", "", rpc),
        RpcException rpc => new LmDeployException(
            ErrorCodes.InternalError, $"The supervisor failed: {rpc.StatusCode}: {rpc.Status.Detail}", "", rpc),
        _ => new SupervisorUnavailableException(
            ErrorCodes.SupervisorUnavailable, "The connection to the supervisor was closed.", "", e),
    };
}
