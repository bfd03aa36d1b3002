using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Logging;
using LmDeploy.Supervisor.Telemetry;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Grpc;

/// <summary>Gives every failed call its typed error. An unexpected exception becomes <c>internal_error</c> and is logged; the supervisor stays up.</summary>
internal sealed partial class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
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
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    private RpcException Translate(Exception exception, ServerCallContext context)
    {
        if (exception is SupervisorException typed)
        {
            return Failed(typed, context);
        }

        // The caller is gone: there is nobody to tell, and its broken stream is no fault of ours.
        if (context.CancellationToken.IsCancellationRequested)
        {
            return new RpcException(new Status(StatusCode.Cancelled, "the caller cancelled the call", exception));
        }

        if (IsUnreadable(exception))
        {
            return Failed(
                new SupervisorException(ErrorCodes.InvalidRequest, $"The message of {context.Method} cannot be read: {exception.Message}"), context);
        }

        LogUnexpected(context.Method, exception);
        return Failed(
            new SupervisorException(ErrorCodes.InternalError, $"{context.Method} failed: {exception.GetType().Name}: {exception.Message}"), context);
    }

    private static RpcException Failed(SupervisorException exception, ServerCallContext context)
    {
        RequestFailure.Note(context.GetHttpContext(), exception.Error.Code);
        return exception.ToCallFailure();
    }

    /// <summary>Whether a caller's message is no message of the protocol, or was cut: gRPC for .NET says the latter with a status of its own.</summary>
    private static bool IsUnreadable(Exception exception) =>
        exception is InvalidProtocolBufferException
            or RpcException { StatusCode: StatusCode.Internal or StatusCode.InvalidArgument or StatusCode.ResourceExhausted };

    [LoggerMessage(EventIds.CallFailed, LogLevel.Error, "{Method} failed unexpectedly", EventName = nameof(EventIds.CallFailed))]
    private partial void LogUnexpected(string method, Exception exception);
}
