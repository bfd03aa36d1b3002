using Grpc.Core;
using LmDeploy.Engine.Errors;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Worker.Errors;

/// <summary>Carries typed errors over gRPC as the failure of a whole call.</summary>
internal static class CallError
{
    /// <summary>The failure of a call, with the error in its details.</summary>
    public static RpcException ToRpcException(EngineException exception) => ErrorDetails.ToException(EngineError.ToError(exception), StatusOf(exception.Code));

    private static StatusCode StatusOf(string code) => code switch
    {
        ErrorCodes.ModelNotFound => StatusCode.NotFound,
        ErrorCodes.OutOfMemory or ErrorCodes.QueueFull => StatusCode.ResourceExhausted,
        ErrorCodes.UnsupportedArchitecture or ErrorCodes.UnsupportedDtype or ErrorCodes.UnsupportedFeature => StatusCode.Unimplemented,
        ErrorCodes.EngineUnavailable => StatusCode.Unavailable,
        ErrorCodes.InternalError or ErrorCodes.NativeLibrary => StatusCode.Internal,
        ErrorCodes.RequestCancelled => StatusCode.Cancelled,
        ErrorCodes.RequestConflict or ErrorCodes.ProtocolMismatch => StatusCode.FailedPrecondition,
        _ => StatusCode.InvalidArgument,
    };
}
