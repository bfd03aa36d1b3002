namespace LmDeploy.Engine.Sampling;

/// <summary>Samples from the largest logits of a row only, where <see cref="TokenSampler"/> would choose the same token from all of them.</summary>
internal static class CandidateSampler
{
    /// <param name="ids">The logits of all other tokens are lower than those of these.</param>
    /// <param name="logits">As the model gives them, largest first.</param>
    /// <returns>Null when other tokens could be chosen.</returns>
    public static int? TryChoose(ReadOnlySpan<int> ids, ReadOnlySpan<float> logits, SamplingRow row)
    {
        var kept = row.Parameters.IsGreedy ? 1 : row.Parameters.TopK;
        if (kept == 0 || ids.Length < kept || !LogitAdjustment.RaisesOnly(ids, row.Parameters))
        {
            return null;
        }

        var adjusted = logits.ToArray();
        LogitAdjustment.Apply(ids, adjusted, row);
        var left = new List<(int Id, float Logit)>(ids.Length);
        for (var i = 0; i < adjusted.Length; i++)
        {
            left.Add((ids[i], adjusted[i]));
        }

        // Of equal ones the lower id first.
        left.Sort(static (a, b) => a.Logit != b.Logit ? b.Logit.CompareTo(a.Logit) : a.Id - b.Id);
        return Choose(left, kept, least: logits[^1], row);
    }

    private static int? Choose(List<(int Id, float Logit)> left, int kept, float least, SamplingRow row)
    {
        while (left.Count >= kept && left[kept - 1].Logit >= least && left[kept - 1].Logit > float.NegativeInfinity)
        {
            var place = row.Parameters.IsGreedy ? 0 : TokenSampler.DrawPlace([.. left.Take(kept).Select(candidate => candidate.Logit)], row);
            var id = left[place].Id;
            if (row.Rejects?.Invoke(id) != true)
            {
                return id;
            }

            left.RemoveAt(place);
        }

        return null;
    }
}
