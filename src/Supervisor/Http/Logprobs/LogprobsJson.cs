using System.Text.Json;

namespace LmDeploy.Supervisor.Http.Logprobs;

/// <summary>Writes the log-probabilities of a chat's tokens in OpenAI's form.</summary>
/// <param name="spellings">Of all tokens that are written, learnt before.</param>
/// <param name="top">How many candidates are shown of each token.</param>
internal sealed class LogprobsJson(TokenSpellings spellings, int top)
{
    public void Write(Utf8JsonWriter json, IReadOnlyList<ChosenToken> tokens)
    {
        json.WriteStartObject("logprobs");
        json.WriteStartArray("content");
        foreach (var token in tokens)
        {
            json.WriteStartObject();
            WriteToken(json, token.Id, token.Logprob);
            json.WriteStartArray("top_logprobs");
            foreach (var (id, logprob) in token.Top(top))
            {
                json.WriteStartObject();
                WriteToken(json, id, logprob);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("refusal");
        json.WriteEndObject();
    }

    private void WriteToken(Utf8JsonWriter json, int id, float logprob)
    {
        json.WriteString("token", spellings.TextOf(id));
        json.WriteNumber("logprob", logprob);
        json.WriteStartArray("bytes");
        foreach (var value in spellings.BytesOf(id))
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
