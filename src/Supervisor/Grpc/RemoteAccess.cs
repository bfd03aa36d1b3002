using System.Globalization;
using Grpc.Core;
using Grpc.Core.Interceptors;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Remote;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Grpc;

/// <summary>Finds out whose key a call over the network has, and what that key may do. Without keys, anybody who reaches the port may do everything.</summary>
internal sealed class RemoteAccess(ApiKeys keys, Quotas quotas) : Interceptor
{
    private const string Bearer = "Bearer ";

    private static readonly string[] _forAdmins = ["LoadPipeline", "UnloadPipeline", "Shutdown"];

    private static readonly ApiKey _nobody = new() { Name = "nobody", Admin = true };

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        using var running = quotas.Enter(Check(context));
        return await continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var running = quotas.Enter(Check(context));
        await continuation(request, responseStream, context);
    }

    /// <summary>A pipeline is held; that is no request.</summary>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, responseStream, context);
    }

    private Caller Check(ServerCallContext context)
    {
        CheckVersion(context.RequestHeaders.GetValue(Protocol.VersionHeader));
        var caller = new Caller(KeyOf(context.RequestHeaders.GetValue("authorization")), IsRemote: true);
        var method = context.Method[(context.Method.LastIndexOf('/') + 1)..];
        if (!caller.IsAdmin && _forAdmins.Contains(method))
        {
            throw new SupervisorException(ErrorCodes.AccessDenied, $"{method} needs an admin key (--admin-key); {caller.Key!.Name} is none.", method);
        }

        caller.Enter(context);
        return caller;
    }

    /// <summary>A client of another version is told so, rather than misunderstood.</summary>
    private static void CheckVersion(string? version)
    {
        var own = Protocol.Version.ToString(CultureInfo.InvariantCulture);
        if (version is not null && version != own)
        {
            throw new SupervisorException(
                ErrorCodes.ProtocolMismatch,
                $"The client speaks version {version} of the protocol and this server version {own}: use the same release of LmDeploy on both sides.",
                Protocol.VersionHeader);
        }
    }

    private ApiKey KeyOf(string? authorization)
    {
        if (keys.IsEmpty)
        {
            return _nobody;
        }

        var presented = authorization?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true ? authorization[Bearer.Length..].Trim() : null;
        return presented is null
            ? throw new SupervisorException(
                ErrorCodes.AccessDenied, "The server takes API keys: give one (Supervisor.Connect, --server-key, LMDEPLOY_SERVER_KEY).")
            : keys.Find(presented) ?? throw new SupervisorException(ErrorCodes.AccessDenied, "The API key is not one of this server's.");
    }
}
