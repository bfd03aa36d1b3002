using System.CommandLine;
using System.Text.Json;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Input;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary><c>lmdeploy embed</c>: texts as vectors.</summary>
internal static class EmbedCommand
{
    public static Command Create(CliHost host)
    {
        var lines = new LineBatch(host, "one of text (taken as it is), prompt, messages, input_ids");
        var flags = new EmbeddingFlags();
        var command = new Command("embed", "Compute embeddings of texts.");
        lines.AddTo(command);
        flags.AddTo(command);
        command.SetAction((result, cancellationToken) =>
        {
            var options = flags.Read(result);
            return lines.RunAsync(
                result,
                (line, raw) => line.Has("text") ? LinePrompts.ReadText(line, "text", raw: true) : LinePrompts.Read(line, raw),
                (pipeline, prompts) => pipeline.GetEmbeddingsAsync(prompts, options, cancellationToken),
                embedding => CallError.From(embedding.ErrorCode, embedding.ErrorMessage) is { } error ? [error] : [],
                Write,
                cancellationToken);
        });
        return command;
    }

    private static void Write(Utf8JsonWriter json, TextEmbedding? embedding, CallError? error)
    {
        json.WriteStartArray("embedding");
        foreach (var number in embedding is null ? [] : embedding.Vector.Span)
        {
            json.WriteFinite(number);
        }

        json.WriteEndArray();
        json.WriteNumber("input_token_len", embedding?.InputTokenLen ?? 0);
        json.WriteError("error", error ?? CallError.From(embedding?.ErrorCode, embedding?.ErrorMessage));
    }
}
