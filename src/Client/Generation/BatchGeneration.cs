using System.Runtime.CompilerServices;
using LmDeploy.Prompts;
using LmDeploy.Transport;
using LmDeploy.V1;

namespace LmDeploy.Generation;

/// <summary>Runs one batch of prompts. A prompt that cannot be sent fails by itself; its siblings are not touched.</summary>
internal static class BatchGeneration
{
    public static async Task<IReadOnlyList<Response>> RunAsync(
        PipelineCalls calls, IReadOnlyList<Prompt> prompts, IReadOnlyList<GenerationConfig> configs, CancellationToken cancellationToken)
    {
        var answers = new ResponseBuilder[prompts.Count];
        await foreach (var piece in StreamAsync(calls, prompts, configs, cancellationToken).ConfigureAwait(false))
        {
            (answers[piece.Index] ??= new ResponseBuilder()).Append(piece);
        }

        return [.. answers.Select(answer => answer.Build())];
    }

    public static async IAsyncEnumerable<Response> StreamAsync(
        PipelineCalls calls,
        IReadOnlyList<Prompt> prompts,
        IReadOnlyList<GenerationConfig> configs,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        calls.ThrowIfEnded();
        var request = new GenerateRequest { Key = calls.Key };
        var readers = new List<ResponseReader>(prompts.Count);
        for (var i = 0; i < prompts.Count; i++)
        {
            if (prompts[i].Problem() is { } problem)
            {
                yield return Response.Failed(i, ErrorCodes.InvalidRequest, problem);
                continue;
            }

            request.Prompts.Add(prompts[i].ToWire());
            request.Configs.Add(configs[i].ToWire());
            readers.Add(new ResponseReader(i, configs[i]));
        }

        if (readers.Count == 0)
        {
            yield break;
        }

        var events = calls.StreamAsync((client, options) => client.Generate(request, options), cancellationToken);
        await foreach (var e in events.ConfigureAwait(false))
        {
            var reader = (uint)e.Index < (uint)readers.Count
                ? readers[e.Index]
                : throw new LmDeployException(
                    ErrorCodes.InternalError, $"The supervisor answered prompt {e.Index} of a request with {readers.Count}.");
            if (reader.Read(e) is { } piece)
            {
                yield return piece;
            }
        }

        if (readers.FindIndex(reader => !reader.IsFinished) is var open and >= 0)
        {
            throw new LmDeployException(ErrorCodes.InternalError, $"The supervisor ended the call before prompt {open} was finished.");
        }
    }
}
