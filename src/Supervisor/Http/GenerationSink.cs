using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http;

/// <summary>Receives the events of a Generate call in place of a gRPC stream, one at a time (back-pressure).</summary>
internal sealed class GenerationSink(Func<GenerationEvent, ValueTask> take) : IServerStreamWriter<GenerationEvent>
{
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(GenerationEvent message) => take(message).AsTask();

    public Task WriteAsync(GenerationEvent message, CancellationToken cancellationToken) => WriteAsync(message);
}
