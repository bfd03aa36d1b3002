using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Grpc.Core.Interceptors;
using LmDeploy.V1;

namespace LmDeploy.Worker.Service;

/// <summary>Refuses calls that do not carry the token this worker was given on its standard input.</summary>
internal sealed class TokenInterceptor(WorkerToken token) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        await CheckAsync(context);
        return await continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await CheckAsync(context);
        await continuation(request, responseStream, context);
    }

    private async Task CheckAsync(ServerCallContext context)
    {
        var expected = Encoding.ASCII.GetBytes(await token.Value.WaitAsync(context.CancellationToken));
        var given = Encoding.ASCII.GetBytes(context.RequestHeaders.GetValue(Protocol.TokenHeader) ?? "");
        if (expected.Length == 0 || !CryptographicOperations.FixedTimeEquals(expected, given))
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "This worker belongs to another supervisor: the token is missing or wrong."));
        }
    }
}
