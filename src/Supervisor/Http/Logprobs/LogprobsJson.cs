using System.Text.Json;

namespace LmDeploy.Supervisor.Http.Logprobs;

/// <summary>Writes the log-probabilities of a chat's tokens in OpenAI's form.</summary>
/// <param name="top">How many candidates are shown of each token.</param>
internal sealed class LogprobsJson(int top)
{
    public void Write(Utf8JsonWriter json, IReadOnlyList<ChosenToken> tokens)
    {
        json.WriteStartObject("logprobs");
        json.WriteStartArray("content");
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            Write(json, token.Token);
            json.WriteStartArray("top_logprobs");
            foreach (var candidate in token.Others.Take(top))
            {
                json.WriteStartObject();
                Write(json, candidate);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("refusal");
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Candidate token)
    {
        json.WriteString("token", token.Text);
        json.WriteNumber("logprob", token.Logprob);
        json.WriteStartArray("bytes");
        foreach (var value in token.Bytes)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
