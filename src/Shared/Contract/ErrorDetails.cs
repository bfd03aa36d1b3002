using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace LmDeploy.V1;

/// <summary>Puts an <see cref="Error"/> among the details of a failed call, as gRPC's richer error model has it, and reads it back.</summary>
internal static class ErrorDetails
{
    /// <summary>Trailers have a bounded size, and the whole message is in the details.</summary>
    private const int LongestSummary = 1000;

    public static RpcException ToException(Error error, StatusCode status)
    {
        var summary = error.Message.Length <= LongestSummary ? error.Message : error.Message[..LongestSummary] + " ...";
        return new Google.Rpc.Status { Code = (int)status, Message = summary, Details = { Any.Pack(error) } }.ToRpcException();
    }

    /// <returns>Null when the call carries none, or one that cannot be read: then its status speaks.</returns>
    public static Error? Read(RpcException exception)
    {
        try
        {
            return exception.GetRpcStatus()?.GetDetail<Error>();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
