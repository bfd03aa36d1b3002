namespace LmDeploy.EndToEnd.Tests.Faults.Streams;

/// <summary>A prompt, how it is answered, and the answer that a run without any fault gave.</summary>
/// <param name="Prompt">What is asked.</param>
/// <param name="Config">How it is answered; tokens that are drawn have a seed.</param>
/// <param name="Undisturbed">The answer to be compared with.</param>
internal sealed record Story(Prompt Prompt, GenerationConfig Config, Response Undisturbed)
{
    private const double LogprobTolerance = 1e-4;
    private const int StopWordLength = 12;

    /// <summary>
    /// Stories of several kinds: greedy, with a penalty, drawn with and without cuts of the distribution, with log-probabilities, and with a stop
    /// word that ends the answer. They are computed together, as they will be under the faults.
    /// </summary>
    public static async Task<IReadOnlyList<Story>> TellAsync(Pipeline pipe, int count, int tokens)
    {
        var prompts = Enumerable.Range(0, count).Select(i => Prompt.FromText($"Tell me a story about {i} foxes.")).ToList();
        var configs = Enumerable.Range(0, count).Select(i => Configure(i, tokens)).ToList();
        var plain = await pipe.InferAsync(prompts, configs);
        for (var i = 3; i < count; i += 4)
        {
            configs[i] = configs[i] with { StopWords = ["never said \u2603", plain[i].Text[^StopWordLength..]] };
        }

        var undisturbed = await pipe.InferAsync(prompts, configs);
        undisturbed.Where((_, i) => i % 4 == 3).ShouldAllBe(answer => answer.FinishReason == FinishReason.Stop && answer.StopWord != null);
        return [.. Enumerable.Range(0, count).Select(i => new Story(prompts[i], configs[i], undisturbed[i]))];
    }

    /// <summary>Fails unless an answer is the undisturbed one: no token lost, doubled or changed.</summary>
    public void ShouldBeToldBy(Response answer, string who)
    {
        answer.TokenIds.ShouldBe(Undisturbed.TokenIds, who);
        answer.Text.ShouldBe(Undisturbed.Text, who);
        answer.FinishReason.ShouldBe(Undisturbed.FinishReason, who);
        answer.StopWord.ShouldBe(Undisturbed.StopWord, who);
        answer.GenerateTokenLen.ShouldBe(Undisturbed.GenerateTokenLen, who);
        answer.InputTokenLen.ShouldBe(Undisturbed.InputTokenLen, who);
        (answer.Logprobs?.Count).ShouldBe(Undisturbed.Logprobs?.Count, who);
        for (var i = 0; i < (answer.Logprobs?.Count ?? 0); i++)
        {
            var token = answer.TokenIds[i];
            ((double)answer.Logprobs![i][token]).ShouldBe(Undisturbed.Logprobs![i][token], LogprobTolerance, $"{who}, token {i}");
        }
    }

    private static GenerationConfig Configure(int i, int tokens)
    {
        var config = new GenerationConfig { MaxNewTokens = tokens, IgnoreEos = true };
        var drawn = config with { DoSample = true, Temperature = 1.2, RandomSeed = (ulong)i };
        return (i % 4) switch
        {
            0 => config with { RepetitionPenalty = 1.1, StopWords = ["never said \u2603"] },
            1 => drawn with { Logprobs = 2 },
            2 => drawn with { TopP = 0.9, TopK = 20, MinP = 0.02, RepetitionPenalty = 1.2, Logprobs = 0 },
            _ => drawn,
        };
    }
}
