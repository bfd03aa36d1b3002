using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Errors;

/// <summary>A failure with a code that callers can act on; it leaves the process as an <see cref="Error"/> in a call's status details.</summary>
internal sealed class SupervisorException : Exception
{
    /// <param name="error">What the caller is told.</param>
    /// <param name="status">The status of the call that fails with it.</param>
    public SupervisorException(Error error, StatusCode status)
        : base(error.Message)
    {
        Error = error;
        Status = status;
    }

    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="message">What is wrong, where, and what would be right.</param>
    /// <param name="subject">The file, process or setting the error is about; empty when there is none.</param>
    public SupervisorException(string code, string message, string subject = "")
        : this(new Error { Code = code, Message = message, Subject = subject }, ErrorStatus.Of(code))
    {
    }

    public Error Error { get; }

    public StatusCode Status { get; }

    /// <summary>The typed error of a worker's call with the call's own status; null when the call carries none.</summary>
    public static SupervisorException? From(RpcException call) => ErrorDetails.Read(call) is { } error ? new SupervisorException(error, call.StatusCode) : null;

    /// <summary>The failure of a call that carries this error.</summary>
    public RpcException ToCallFailure() => ErrorDetails.ToException(Error, Status);
}
