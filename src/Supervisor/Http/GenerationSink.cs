using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http;

/// <summary>Takes the events of a Generate call where gRPC's stream would stand; the next comes when one is dealt with.</summary>
internal sealed class GenerationSink(Func<GenerationEvent, ValueTask> take) : IServerStreamWriter<GenerationEvent>
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(GenerationEvent message) => take(message).AsTask();

    public Task WriteAsync(GenerationEvent message, CancellationToken cancellationToken) => WriteAsync(message);
}
