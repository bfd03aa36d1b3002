using System.Text.Json;

namespace LmDeploy.Cli.Output;

/// <summary>The line that <c>score</c> writes for a prompt.</summary>
internal static class LogLikelihoodJson
{
    /// <param name="id">The input's id as JSON text.</param>
    /// <param name="continuations">The results, in the continuations' order.</param>
    /// <param name="error">What was wrong with the line; null when nothing was.</param>
    public static string Write(string id, IReadOnlyList<LogLikelihood> continuations, CallError? error) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("id");
        json.WriteRawValue(id);
        json.WriteStartArray("continuations");
        foreach (var continuation in continuations)
        {
            Write(json, continuation);
        }

        json.WriteEndArray();
        json.WriteError("error", error);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, LogLikelihood continuation)
    {
        json.WriteStartObject();
        json.WriteOptional("logprob", continuation.ErrorCode is null ? continuation.Logprob : null);
        json.WriteBoolean("is_greedy", continuation.ErrorCode is null && continuation.IsGreedy);
        json.WriteIds("token_ids", continuation.TokenIds);
        json.WriteStartArray("token_logprobs");
        foreach (var logprob in continuation.TokenLogprobs)
        {
            json.WriteFinite(logprob);
        }

        json.WriteEndArray();
        json.WriteError("error", CallError.From(continuation.ErrorCode, continuation.ErrorMessage));
        json.WriteEndObject();
    }
}
