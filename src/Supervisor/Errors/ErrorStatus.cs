using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Errors;

/// <summary>The gRPC status that goes with an error code.</summary>
internal static class ErrorStatus
{
    public static StatusCode Of(string code) => code switch
    {
        ErrorCodes.InvalidRequest => StatusCode.InvalidArgument,
        ErrorCodes.PipelineNotFound => StatusCode.NotFound,
        ErrorCodes.PoisonedRequest => StatusCode.FailedPrecondition,
        ErrorCodes.InsufficientMemory => StatusCode.ResourceExhausted,
        ErrorCodes.LoadTimeout => StatusCode.DeadlineExceeded,
        ErrorCodes.ProtocolMismatch => StatusCode.FailedPrecondition,
        ErrorCodes.RequestCancelled => StatusCode.Cancelled,
        ErrorCodes.Stopped => StatusCode.Aborted,
        ErrorCodes.InternalError => StatusCode.Internal,
        _ => StatusCode.Unavailable,
    };
}
