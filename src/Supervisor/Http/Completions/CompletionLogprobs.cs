using System.Text.Json;
using LmDeploy.Supervisor.Http.Logprobs;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Completions;

/// <summary>Writes the log-probabilities of completions in OpenAI's older form: lists of equal length, one entry for each token.</summary>
/// <param name="spellings">Of all tokens that are written, learnt before.</param>
/// <param name="top">How many candidates are shown of each token.</param>
/// <param name="echoes">Whether the prompt's tokens come first.</param>
internal sealed class CompletionLogprobs(TokenSpellings spellings, int top, bool echoes)
{
    /// <summary>Learns the spellings of what is written of a choice.</summary>
    public static Task LearnAsync(TokenSpellings spellings, CompletionChoice choice, CancellationToken cancellationToken) =>
        spellings.LearnAsync(
            choice.Tokens.SelectMany(token => token.AllIds).Concat(choice.Started?.PromptTokenIds ?? []).Concat(choice.Started?.PromptCandidates.SelectMany(place => place.Ids) ?? []), cancellationToken);

    /// <param name="from">How many of the generated tokens were written before.</param>
    /// <param name="isFirst">Whether nothing was; the prompt's tokens come first of all.</param>
    public void Write(Utf8JsonWriter json, CompletionChoice choice, int from, bool isFirst)
    {
        var prompt = echoes && isFirst ? choice.Started!.PromptTokenIds.ToArray() : [];
        var tokens = choice.Tokens.Skip(from).ToList();
        List<int> ids = [.. prompt, .. tokens.Select(token => token.Id)];
        json.WriteStartObject("logprobs");
        json.WriteStartArray("tokens");
        ids.ForEach(id => json.WriteStringValue(spellings.TextOf(id)));
        json.WriteEndArray();

        json.WriteStartArray("token_logprobs");
        WriteUnknownFirst(json, prompt);
        for (var i = 1; i < prompt.Length; i++)
        {
            json.WriteNumberValue(Math.Max(choice.Started!.PromptLogprobs[i - 1], ChosenToken.Least));
        }

        tokens.ForEach(token => json.WriteNumberValue(token.Logprob));
        json.WriteEndArray();

        json.WriteStartArray("top_logprobs");
        WriteUnknownFirst(json, prompt);
        for (var i = 1; i < prompt.Length; i++)
        {
            WriteCandidates(json, CandidatesOf(choice.Started!, i));
        }

        tokens.ForEach(token => WriteCandidates(json, token.Top(top).Append((token.Id, token.Logprob))));
        json.WriteEndArray();

        json.WriteStartArray("text_offset");
        var before = (echoes && !isFirst ? choice.Started!.PromptTokenIds.ToArray() : []).Concat(choice.Tokens.Take(from).Select(token => token.Id)).ToList();
        foreach (var offset in TextOffsets.Of(choice.Text, [.. before.Concat(ids).Select(spellings.BytesOf)]).Skip(before.Count))
        {
            json.WriteNumberValue(offset);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A prompt's first token has nothing before it that it could follow from.</summary>
    private static void WriteUnknownFirst(Utf8JsonWriter json, int[] prompt)
    {
        if (prompt.Length > 0)
        {
            json.WriteNullValue();
        }
    }

    /// <summary>The most probable tokens in the place of a prompt token, and that token itself.</summary>
    private IEnumerable<(int Id, float Logprob)> CandidatesOf(GenerationStarted started, int position)
    {
        var place = started.PromptCandidates[position - 1];
        return place.Ids.Zip(place.Logprobs).Take(top).Append((started.PromptTokenIds[position], started.PromptLogprobs[position - 1])).Select(candidate => (candidate.Item1, Math.Max(candidate.Item2, ChosenToken.Least)));
    }

    private void WriteCandidates(Utf8JsonWriter json, IEnumerable<(int Id, float Logprob)> candidates)
    {
        json.WriteStartObject();
        foreach (var (id, logprob) in candidates.DistinctBy(candidate => spellings.TextOf(candidate.Id)))
        {
            json.WriteNumber(spellings.TextOf(id), logprob);
        }

        json.WriteEndObject();
    }
}
