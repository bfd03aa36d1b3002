using System.Text.Json;

namespace LmDeploy.Cli.Output;

/// <summary>What <c>score</c> writes for a prompt.</summary>
internal static class LogLikelihoodJson
{
    /// <param name="json">Gets the fields.</param>
    /// <param name="continuations">The results, in the continuations' order; null when the line was wrong.</param>
    /// <param name="error">What was wrong with the line; null when nothing was.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<LogLikelihood>? continuations, CallError? error)
    {
        json.WriteStartArray("continuations");
        foreach (var continuation in continuations ?? [])
        {
            Write(json, continuation);
        }

        json.WriteEndArray();
        json.WriteError("error", error);
    }

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
