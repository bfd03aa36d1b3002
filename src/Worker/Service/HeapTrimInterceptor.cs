using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using LmDeploy.Memory;

namespace LmDeploy.Worker.Service;

/// <summary>
/// Has the memory of large requests given back once they are answered: a worker is promised memory for its model, not for what it once was asked.
/// </summary>
internal sealed class HeapTrimInterceptor(HeapTrim trim) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var size = SizeOf(request);
        try
        {
            return await continuation(request, context);
        }
        finally
        {
            trim.NoteReleased(size);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var size = SizeOf(request);
        try
        {
            await continuation(request, responseStream, context);
        }
        finally
        {
            trim.NoteReleased(size);
        }
    }

    private static long SizeOf(object request) => request is IMessage message ? message.CalculateSize() : 0;
}
