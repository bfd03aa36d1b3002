using System.Runtime.CompilerServices;
using LmDeploy.Prompting;
using LmDeploy.Transport;
using LmDeploy.V1;

namespace LmDeploy.Generation;

/// <summary>Runs one batch of prompts. A prompt that cannot be sent fails by itself; its siblings are not touched.</summary>
internal static class BatchGeneration
{
    public static async Task<IReadOnlyList<Response>> RunAsync(
        PipelineCalls calls, IReadOnlyList<Prompt> prompts, IReadOnlyList<GenerationConfig> configs, CancellationToken cancellationToken)
    {
        var answers = configs.Select(config => Enumerable.Range(0, config.N).Select(_ => new ResponseBuilder()).ToList()).ToList();
        await foreach (var piece in StreamAsync(calls, prompts, configs, cancellationToken).ConfigureAwait(false))
        {
            answers[piece.Index][piece.Choice].Append(piece);
        }

        return [.. answers.Select(choices => Join([.. choices.Select(choice => choice.Build())]))];
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
                foreach (var choice in Enumerable.Range(0, configs[i].N))
                {
                    yield return Response.Failed(i, ErrorCodes.InvalidRequest, problem) with { Choice = choice };
                }

                continue;
            }

            for (var choice = 0; choice < configs[i].N; choice++)
            {
                request.Prompts.Add(prompts[i].ToWire());
                request.Configs.Add((configs[i] with { RandomSeed = configs[i].RandomSeed + (ulong)choice }).ToWire());
                readers.Add(new ResponseReader(i, choice, configs[i]));
            }
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

    private static Response Join(IReadOnlyList<Response> choices) => choices.Count == 1 ? choices[0] : choices[0] with { Choices = choices };
}
