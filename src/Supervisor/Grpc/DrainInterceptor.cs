using Grpc.Core;
using Grpc.Core.Interceptors;
using LmDeploy.Supervisor.Shutdown;

namespace LmDeploy.Supervisor.Grpc;

/// <summary>
/// Passes pipeline calls through the <see cref="RequestGate"/>, which refuses them while the supervisor drains. Calls that inspect the supervisor are
/// always let through.
/// </summary>
internal sealed class DrainInterceptor(RequestGate gate) : Interceptor
{
    private const string PipelineCalls = "/lmdeploy.v1.Pipelines/";

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (!IsOfPipeline(context))
        {
            return await continuation(request, context);
        }

        gate.Enter();
        try
        {
            return await continuation(request, context);
        }
        finally
        {
            gate.Leave();
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        if (!IsOfPipeline(context))
        {
            await continuation(request, responseStream, context);
            return;
        }

        gate.Enter();
        try
        {
            await continuation(request, responseStream, context);
        }
        finally
        {
            gate.Leave();
        }
    }

    /// <summary>A Hold lasts as long as its pipeline, so nobody waits for it.</summary>
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        gate.Check();
        await continuation(requestStream, responseStream, context);
    }

    private static bool IsOfPipeline(ServerCallContext context) => context.Method.StartsWith(PipelineCalls, StringComparison.Ordinal);
}
