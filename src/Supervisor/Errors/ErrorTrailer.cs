using Google.Protobuf;
using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Errors;

/// <summary>Puts a typed error into a failed call and reads it back from one.</summary>
internal static class ErrorTrailer
{
    public static RpcException Write(SupervisorException exception) => new(
        new Status(exception.Status, exception.Error.Message, exception),
        new Metadata { { Protocol.ErrorTrailer, exception.Error.ToByteArray() } });

    /// <summary>The typed error of a worker's call with the call's own status; null when the call carries none.</summary>
    public static SupervisorException? Read(RpcException exception)
    {
        if (exception.Trailers.GetValueBytes(Protocol.ErrorTrailer) is not { } bytes)
        {
            return null;
        }

        try
        {
            return new SupervisorException(Error.Parser.ParseFrom(bytes), exception.StatusCode);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
