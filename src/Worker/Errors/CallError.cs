using Grpc.Core;
using LmDeploy.Engine.Errors;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Worker.Errors;

/// <summary>Carries typed errors over gRPC as the failure of a whole call.</summary>
internal static class CallError
{
    /// <summary>The failure of a call, with the error in its details.</summary>
    public static RpcException ToRpcException(EngineException exception) =>
        ErrorDetails.ToException(EngineError.ToError(exception), ErrorStatus.Of(exception.Code));
}
