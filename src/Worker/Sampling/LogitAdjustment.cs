namespace LmDeploy.Worker.Sampling;

/// <summary>
/// Changes logits before a token is chosen: repetition penalty, frequency and presence penalty, bias, and then what may not be chosen.
/// </summary>
/// <remarks>
/// Repetition: Keskar et al., "CTRL", 2019, section 4.1, over prompt and answer as in transformers. Frequency and presence: OpenAI's API, over the answer alone.
/// </remarks>
internal static class LogitAdjustment
{
    public static void Apply(Span<float> logits, SamplingRow row)
    {
        var parameters = row.Parameters;
        if (parameters.RepetitionPenalty != 1)
        {
            Repetition(logits, row.Context, (float)parameters.RepetitionPenalty);
        }

        if (parameters.FrequencyPenalty != 0 || parameters.PresencePenalty != 0)
        {
            foreach (var (id, count) in row.Context.Skip(row.PromptLength).CountBy(id => id))
            {
                logits[id] -= (float)((count * parameters.FrequencyPenalty) + parameters.PresencePenalty);
            }
        }

        foreach (var (id, bias) in parameters.LogitBias)
        {
            logits[id] += (float)bias;
        }

        row.Allowed?.Apply(logits);
        foreach (var id in row.Forbidden)
        {
            logits[id] = float.NegativeInfinity;
        }
    }

    private static void Repetition(Span<float> logits, IReadOnlyList<int> context, float penalty)
    {
        foreach (var id in context.Distinct())
        {
            logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
        }
    }
}
