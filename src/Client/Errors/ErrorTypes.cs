using LmDeploy.V1;

namespace LmDeploy.Errors;

/// <summary>Which exception stands for which error code.</summary>
internal static class ErrorTypes
{
    public static LmDeployException ToException(this Error error, Exception? cause = null)
        => Create(error.Code, error.Message, error.Subject, WorkerFailure.FromWire(error.Failure), cause);

    public static LmDeployException Create(string code, string message, string subject, WorkerFailure? failure, Exception? cause = null) => code switch
    {
        ErrorCodes.ModelNotFound or ErrorCodes.InvalidConfig or ErrorCodes.UnsupportedArchitecture or ErrorCodes.InvalidCheckpoint
            or ErrorCodes.MissingTensor or ErrorCodes.WrongShape or ErrorCodes.UnsupportedDtype or ErrorCodes.InvalidTokenizer
            or ErrorCodes.InvalidTemplate => new ModelLoadException(code, message, subject, cause) { Failure = failure },
        ErrorCodes.WorkerCrashed => new WorkerCrashedException(code, message, subject, cause) { Failure = failure },
        ErrorCodes.EngineUnavailable or ErrorCodes.WorkerStartFailed or ErrorCodes.LoadTimeout or ErrorCodes.NativeLibrary
            or ErrorCodes.Stopped or ErrorCodes.PipelineNotFound
            => new PipelineFailedException(code, message, subject, cause) { Failure = failure },
        ErrorCodes.SupervisorUnavailable or ErrorCodes.ProtocolMismatch
            => new SupervisorUnavailableException(code, message, subject, cause) { Failure = failure },
        _ => new LmDeployException(code, message, subject, cause) { Failure = failure },
    };

    /// <summary>How a failure looks to somebody who asked for a model to be loaded.</summary>
    public static LmDeployException WhileLoading(this LmDeployException failure) => failure switch
    {
        ModelLoadException or WorkerCrashedException or SupervisorUnavailableException => failure,
        _ => new ModelLoadException(failure.Code, failure.Message, failure.Subject, failure) { Failure = failure.Failure },
    };
}
