using System.Runtime.CompilerServices;
using Grpc.Core;

namespace LmDeploy.Transport;

/// <summary>Makes the calls of one pipeline. They end with the caller's token, with the pipeline, and with a typed error. Thread-safe.</summary>
internal sealed class PipelineCalls(V1.Pipelines.PipelinesClient client, PipelineHold hold, string key)
{
    /// <summary>Names the pipeline in every call.</summary>
    public string Key => key;

    public void ThrowIfEnded()
    {
        if (hold.EndReason is { } reason)
        {
            throw reason;
        }
    }

    public async Task<T> RunAsync<T>(Func<V1.Pipelines.PipelinesClient, CallOptions, AsyncUnaryCall<T>> start, CancellationToken cancellationToken)
    {
        ThrowIfEnded();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hold.Ended);
        try
        {
            using var call = start(client, new CallOptions(cancellationToken: linked.Token));
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (Exception e) when (RpcErrors.IsOfCall(e))
        {
            throw Explain(e, cancellationToken);
        }
    }

    public async IAsyncEnumerable<T> StreamAsync<T>(
        Func<V1.Pipelines.PipelinesClient, CallOptions, AsyncServerStreamingCall<T>> start,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfEnded();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hold.Ended);
        using var call = start(client, new CallOptions(cancellationToken: linked.Token));
        while (await MoveNextAsync(call, cancellationToken).ConfigureAwait(false))
        {
            yield return call.ResponseStream.Current;
        }
    }

    private async Task<bool> MoveNextAsync<T>(AsyncServerStreamingCall<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (RpcErrors.IsOfCall(e))
        {
            throw Explain(e, cancellationToken);
        }
    }

    private Exception Explain(Exception e, CancellationToken cancellationToken)
        => cancellationToken.IsCancellationRequested
            ? new OperationCanceledException("The request was cancelled.", e, cancellationToken)
            : hold.EndReason ?? RpcErrors.ToException(e);
}
