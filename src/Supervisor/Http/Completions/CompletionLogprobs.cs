using System.Text.Json;
using Google.Protobuf;
using LmDeploy.Supervisor.Http.Logprobs;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Completions;

/// <summary>Writes the log-probabilities of completions in OpenAI's older form: lists of equal length, one entry for each token.</summary>
/// <param name="top">How many candidates are shown of each token.</param>
/// <param name="echoes">Whether the prompt's tokens come first.</param>
internal sealed class CompletionLogprobs(int top, bool echoes)
{
    /// <param name="from">How many of the generated tokens were written before.</param>
    /// <param name="isFirst">Whether nothing was; the prompt's tokens come first of all.</param>
    public void Write(Utf8JsonWriter json, CompletionChoice choice, int from, bool isFirst)
    {
        IReadOnlyList<ByteString> prompt = echoes && isFirst ? choice.Started!.PromptBytes : [];
        var tokens = choice.Tokens.Skip(from).ToList();
        List<ByteString> written = [.. prompt, .. tokens.Select(token => token.Token.Bytes)];
        json.WriteStartObject("logprobs");
        json.WriteStartArray("tokens");
        written.ForEach(bytes => json.WriteStringValue(bytes.ToStringUtf8()));
        json.WriteEndArray();

        json.WriteStartArray("token_logprobs");
        WriteUnknownFirst(json, prompt);
        for (var i = 1; i < prompt.Count; i++)
        {
            json.WriteNumberValue(PromptTokenAt(choice.Started!, i).Logprob);
        }

        tokens.ForEach(token => json.WriteNumberValue(token.Token.Logprob));
        json.WriteEndArray();

        json.WriteStartArray("top_logprobs");
        WriteUnknownFirst(json, prompt);
        for (var i = 1; i < prompt.Count; i++)
        {
            WriteCandidates(json, CandidatesOf(choice.Started!, i));
        }

        tokens.ForEach(token => WriteCandidates(json, token.Others.Take(top).Append(token.Token)));
        json.WriteEndArray();

        json.WriteStartArray("text_offset");
        List<ByteString> before = [.. echoes && !isFirst ? choice.Started!.PromptBytes : [], .. choice.Tokens.Take(from).Select(token => token.Token.Bytes)];
        foreach (var offset in TextOffsets.Of(choice.Text, [.. before.Concat(written).Select(bytes => bytes.ToByteArray())]).Skip(before.Count))
        {
            json.WriteNumberValue(offset);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A prompt's first token has nothing before it that it could follow from.</summary>
    private static void WriteUnknownFirst(Utf8JsonWriter json, IReadOnlyList<ByteString> prompt)
    {
        if (prompt.Count > 0)
        {
            json.WriteNullValue();
        }
    }

    private static Candidate PromptTokenAt(GenerationStarted started, int position) =>
        Candidate.Of(started.PromptBytes[position], started.PromptLogprobs[position - 1]);

    private static void WriteCandidates(Utf8JsonWriter json, IEnumerable<Candidate> candidates)
    {
        json.WriteStartObject();
        foreach (var candidate in candidates.DistinctBy(candidate => candidate.Text))
        {
            json.WriteNumber(candidate.Text, candidate.Logprob);
        }

        json.WriteEndObject();
    }

    /// <summary>The most probable tokens in the place of a prompt token, and that token itself.</summary>
    private IEnumerable<Candidate> CandidatesOf(GenerationStarted started, int position) =>
        ChosenToken.CandidatesOf(started.PromptCandidates[position - 1]).Take(top).Append(PromptTokenAt(started, position));
}
