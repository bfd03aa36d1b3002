using System.Runtime.CompilerServices;

namespace LmDeploy.Cli.Benchmarks.Serving;

/// <summary>Asks a pipeline, each request in a call of its own: through client, supervisor and worker.</summary>
internal sealed class PipelineTokens(Pipeline pipeline) : ITokenSource
{
    public async IAsyncEnumerable<int> AskAsync(ServeRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var config = new GenerationConfig { MaxNewTokens = request.NewTokens, IgnoreEos = true };
        var received = 0;
        await foreach (var piece in pipeline.StreamInferAsync(Prompt.FromTokenIds(request.PromptIds), config, cancellationToken))
        {
            if (piece.GenerateTokenLen > received)
            {
                yield return piece.GenerateTokenLen - received;
                received = piece.GenerateTokenLen;
            }
        }
    }
}
