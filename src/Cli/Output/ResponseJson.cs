using System.Globalization;
using System.Text.Json;

namespace LmDeploy.Cli.Output;

/// <summary>The line that <c>run --json</c> writes for a prompt.</summary>
internal static class ResponseJson
{
    private static readonly string[] _reasons = ["unknown", "stop", "length", "error", "abort"];

    /// <param name="id">The input's id as JSON text.</param>
    /// <param name="response">The answer.</param>
    public static string Write(string id, Response response) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("id");
        json.WriteRawValue(id);
        WriteAnswer(json, response);
        if (response.Choices.Count > 0)
        {
            json.WriteStartArray("choices");
            foreach (var choice in response.Choices)
            {
                json.WriteStartObject();
                WriteAnswer(json, choice);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    });

    /// <summary>The line of an input that was not answered.</summary>
    public static string Write(string id, CallError error) => Write(id, Failed(error));

    /// <summary>What stands for the answer of an input that was not answered.</summary>
    public static Response Failed(CallError error) => new()
    {
        FinishReason = FinishReason.Error,
        ErrorCode = error.Code,
        ErrorMessage = error.Message,
        ErrorSubject = error.Subject,
    };

    private static void WriteAnswer(Utf8JsonWriter json, Response response)
    {
        json.WriteString("text", response.Text);
        json.WriteIds("token_ids", response.TokenIds);
        WriteLogprobs(json, response.Logprobs);
        json.WriteIds("prompt_token_ids", response.PromptTokenIds);
        WritePromptLogprobs(json, response.PromptLogprobs);
        if (response.Ppl is { } ppl && double.IsFinite(ppl))
        {
            json.WriteNumber("ppl", ppl);
        }

        if (response.Logits is { } logits)
        {
            WriteLogits(json, logits);
        }

        json.WriteString("finish_reason", response.FinishReason is { } reason ? _reasons[(int)reason] : null);
        json.WriteNumber("input_token_len", response.InputTokenLen);
        json.WriteNumber("generate_token_len", response.GenerateTokenLen);
        if (response.Warnings.Count > 0)
        {
            json.WriteStartArray("warnings");
            foreach (var warning in response.Warnings)
            {
                json.WriteStringValue(warning);
            }

            json.WriteEndArray();
        }

        json.WriteError("error", CallError.From(response));
    }

    private static void WriteLogprobs(Utf8JsonWriter json, IReadOnlyList<IReadOnlyDictionary<int, float>>? logprobs)
    {
        if (logprobs is null)
        {
            json.WriteNull("logprobs");
            return;
        }

        json.WriteStartArray("logprobs");
        foreach (var token in logprobs)
        {
            json.WriteStartObject();
            foreach (var (id, logprob) in token)
            {
                json.WritePropertyName(id.ToString(CultureInfo.InvariantCulture));
                json.WriteFinite(logprob);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteLogits(Utf8JsonWriter json, IReadOnlyList<ReadOnlyMemory<float>> logits)
    {
        json.WriteStartArray("logits");
        foreach (var row in logits)
        {
            json.WriteStartArray();
            foreach (var logit in row.Span)
            {
                json.WriteFinite(logit);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WritePromptLogprobs(Utf8JsonWriter json, IReadOnlyList<float>? logprobs)
    {
        if (logprobs is null)
        {
            json.WriteNull("prompt_logprobs");
            return;
        }

        json.WriteStartArray("prompt_logprobs");
        foreach (var logprob in logprobs)
        {
            json.WriteFinite(logprob);
        }

        json.WriteEndArray();
    }
}
