using Google.Protobuf;
using LmDeploy.Limits;

namespace LmDeploy.Worker.Service;

/// <summary>
/// Serializes requests to encode or decode large texts, because each takes many times its size for a moment. Small ones never wait. Thread-safe.
/// </summary>
internal sealed class LargeTexts : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Computes the answer to a request, when it is its turn.</summary>
    public async Task<TResponse> TakeTurnAsync<TResponse>(IMessage request, Func<TResponse> compute, CancellationToken cancellationToken)
    {
        if (request.CalculateSize() <= TextLimits.SmallBytes)
        {
            return compute();
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            return compute();
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
