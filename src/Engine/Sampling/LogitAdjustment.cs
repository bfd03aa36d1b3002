namespace LmDeploy.Engine.Sampling;

/// <summary>Adjusts logits before sampling: repetition, frequency and presence penalty, logit bias, then masked tokens.</summary>
/// <remarks>
/// Repetition: Keskar et al., "CTRL", 2019, section 4.1, over prompt and answer as in transformers. Frequency and presence: OpenAI's API, over the answer
/// alone.
/// </remarks>
internal static class LogitAdjustment
{
    /// <param name="logits">Of the whole vocabulary.</param>
    public static void Apply(Span<float> logits, SamplingRow row)
    {
        Change(logits, id => id, row);
        row.Allowed?.Apply(logits);
        foreach (var id in row.Forbidden)
        {
            // Stop tokens may be none of the vocabulary.
            if ((uint)id < (uint)logits.Length)
            {
                logits[id] = float.NegativeInfinity;
            }
        }
    }

    /// <param name="ids">Some tokens.</param>
    /// <param name="logits">Theirs.</param>
    public static void Apply(ReadOnlySpan<int> ids, Span<float> logits, SamplingRow row)
    {
        if (!row.Parameters.LeavesLogitsAlone)
        {
            var places = new Dictionary<int, int>(ids.Length);
            for (var place = 0; place < ids.Length; place++)
            {
                places.Add(ids[place], place);
            }

            Change(logits, id => places.GetValueOrDefault(id, -1), row);
        }

        for (var place = 0; place < ids.Length; place++)
        {
            if (row.Allowed?.Contains(ids[place]) == false || row.Forbidden.Contains(ids[place]))
            {
                logits[place] = float.NegativeInfinity;
            }
        }
    }

    /// <summary>Whether no logit grows but those of some tokens.</summary>
    public static bool RaisesOnly(ReadOnlySpan<int> ids, SamplingParameters parameters)
    {
        if (parameters.RepetitionPenalty < 1 || parameters.FrequencyPenalty < 0 || parameters.PresencePenalty < 0)
        {
            return false;
        }

        foreach (var (id, bias) in parameters.LogitBias)
        {
            if (bias > 0 && !ids.Contains(id))
            {
                return false;
            }
        }

        return true;
    }

    /// <param name="placeOf">Where a token's logit is; negative for one that is not there.</param>
    private static void Change(Span<float> logits, Func<int, int> placeOf, SamplingRow row)
    {
        var parameters = row.Parameters;
        if (parameters.CountsContext)
        {
            row.Counts.Advance(row.Context);
        }

        if (parameters.RepetitionPenalty != 1)
        {
            var penalty = (float)parameters.RepetitionPenalty;
            foreach (var id in row.Counts.Seen)
            {
                if (placeOf(id) is >= 0 and var place)
                {
                    logits[place] = logits[place] > 0 ? logits[place] / penalty : logits[place] * penalty;
                }
            }
        }

        if (parameters.FrequencyPenalty != 0 || parameters.PresencePenalty != 0)
        {
            foreach (var (id, count) in row.Counts.Generated)
            {
                if (placeOf(id) is >= 0 and var place)
                {
                    logits[place] -= (float)((count * parameters.FrequencyPenalty) + parameters.PresencePenalty);
                }
            }
        }

        foreach (var (id, bias) in parameters.LogitBias)
        {
            if (placeOf(id) is >= 0 and var place)
            {
                logits[place] += (float)bias;
            }
        }
    }
}
