using LmDeploy.Engine.Errors;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Scheduling;

/// <summary>Classifies failures of native code.</summary>
internal static class StepFailure
{
    private static readonly string[] RefusedCalls =
    [
        "invalid argument", "invalid configuration argument", "no kernel image", "invalid device ordinal", "CUBLAS_STATUS_INVALID_VALUE",
        "CUBLAS_STATUS_NOT_SUPPORTED",
    ];

    public static Error AsError(Exception exception)
    {
        return AsException(exception) is EngineException known
            ? EngineError.ToError(known)
            : new Error { Code = ErrorCodes.RequestCancelled, Message = exception.Message };
    }

    /// <summary>libtorch tells its failures by text alone.</summary>
    public static Exception AsException(Exception exception) => exception switch
    {
        EngineException or OperationCanceledException => exception,
        _ when IsOutOfMemory(exception) => new EngineException(ErrorCodes.OutOfMemory, FirstLine(exception.Message), innerException: exception),
        _ => new EngineException(ErrorCodes.InternalError, $"{exception.GetType().Name}: {FirstLine(exception.Message)}", innerException: exception),
    };

    /// <summary>Whether the error is sticky: a kernel failed while it ran, and the CUDA context is lost. A refused call leaves the context intact.</summary>
    public static bool IsBeyondRepair(Exception exception) =>
        exception.Message.Contains("CUDA error:", StringComparison.Ordinal)
        && !IsOutOfMemory(exception)
        && !RefusedCalls.Any(refused => exception.Message.Contains(refused, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether an allocation failed, on the device or on the host. Such a failure leaves everything else intact.</summary>
    public static bool IsOutOfMemory(Exception exception) => exception is OutOfMemoryException
        || (exception is not EngineException
            && (exception.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
                || exception.Message.Contains("CUBLAS_STATUS_ALLOC_FAILED", StringComparison.Ordinal)
                || exception.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)));

    private static string FirstLine(string text) => text.Split('\n', 2)[0];
}
