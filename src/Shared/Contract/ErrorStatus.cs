using Grpc.Core;

namespace LmDeploy.V1;

/// <summary>The gRPC status that goes with an error code, whichever process says it.</summary>
internal static class ErrorStatus
{
    public static StatusCode Of(string code) => code switch
    {
        ErrorCodes.ModelNotFound or ErrorCodes.PipelineNotFound => StatusCode.NotFound,
        ErrorCodes.InvalidConfig
            or ErrorCodes.InvalidCheckpoint
            or ErrorCodes.MissingTensor
            or ErrorCodes.WrongShape
            or ErrorCodes.InvalidTokenizer
            or ErrorCodes.InvalidTemplate
            or ErrorCodes.InvalidRequest
            or ErrorCodes.ContextLengthExceeded
            or ErrorCodes.PreprocessFailed => StatusCode.InvalidArgument,
        ErrorCodes.UnsupportedArchitecture or ErrorCodes.UnsupportedDtype or ErrorCodes.UnsupportedFeature => StatusCode.Unimplemented,
        ErrorCodes.PoisonedRequest or ErrorCodes.RequestConflict or ErrorCodes.ProtocolMismatch => StatusCode.FailedPrecondition,
        ErrorCodes.OutOfMemory or ErrorCodes.InsufficientMemory or ErrorCodes.InsufficientDisk or ErrorCodes.QueueFull or ErrorCodes.QuotaExceeded
            => StatusCode.ResourceExhausted,
        ErrorCodes.AccessDenied => StatusCode.PermissionDenied,
        ErrorCodes.LoadTimeout => StatusCode.DeadlineExceeded,
        ErrorCodes.RequestCancelled => StatusCode.Cancelled,
        ErrorCodes.Stopped => StatusCode.Aborted,
        ErrorCodes.InternalError or ErrorCodes.NativeLibrary => StatusCode.Internal,
        _ => StatusCode.Unavailable,
    };
}
