using Grpc.Core;
using Grpc.Core.Interceptors;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using LmDeploy.Worker.Errors;

namespace LmDeploy.Worker.Service;

/// <summary>Gives every failed call a typed error; what is not one of ours is an internal error and is printed.</summary>
internal sealed class TypedErrorInterceptor : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (Translate(e, context) is { } translated)
        {
            throw translated;
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (Translate(e, context) is { } translated)
        {
            throw translated;
        }
    }

    private static RpcException? Translate(Exception exception, ServerCallContext context)
    {
        switch (exception)
        {
            case RpcException:
                return null;
            case EngineException known:
                return CallError.ToRpcException(known);
            case Exception when context.CancellationToken.IsCancellationRequested: // Writing to a caller who has left fails in ways of its own.
                return new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
            default:
                Console.Error.WriteLine($"{context.Method} failed: {exception}");
                return CallError.ToRpcException(
                    new EngineException(ErrorCodes.InternalError, $"{exception.GetType().Name}: {exception.Message}", innerException: exception));
        }
    }
}
