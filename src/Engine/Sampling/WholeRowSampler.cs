namespace LmDeploy.Engine.Sampling;

/// <summary>
/// Draws from all tokens of a row in linear time, where sorting them would take longer than the rest of a step. Draws the same token as
/// <see cref="TokenSampler.DrawPlace"/> does from sorted tokens. Not thread-safe.
/// </summary>
internal sealed class WholeRowSampler
{
    private readonly RankedWeights _ranked = new();

    /// <param name="logits">With everything applied that comes before the temperature; one at least is possible.</param>
    /// <returns>The token's id.</returns>
    public int Draw(ReadOnlySpan<float> logits, SamplingRow row)
    {
        var parameters = row.Parameters;
        _ranked.Load(logits, parameters.Temperature);
        var (kept, mass) = (logits.Length, _ranked.Sum);
        if (parameters.TopK > 0 && parameters.TopK < kept)
        {
            (_, kept, mass) = _ranked.Find((count, _) => count >= parameters.TopK);
        }

        if (parameters.TopP < 1)
        {
            var enough = parameters.TopP * mass;
            (_, kept, mass) = _ranked.Find((_, sum) => sum >= enough);
        }

        if (parameters.MinP > 0)
        {
            (kept, mass) = WithoutImprobable(parameters.MinP, kept, mass);
        }

        var uniform = Philox.Uniform(parameters.Seed, row.Position);
        var id = Draw(uniform, kept, mass);
        if (_ranked.IsImpossible(id))
        {
            // All weights before it do not quite come to their sum.
            (kept, mass) = WithoutImprobable(0, kept, mass);
            id = Draw(uniform, kept, mass);
        }

        return id;
    }

    private int Draw(double uniform, int kept, double mass) => _ranked.Find((count, sum) => sum > uniform * mass || count >= kept).Id;

    /// <summary>Those that are impossible, or too improbable, are the last ones.</summary>
    private (int Kept, double Mass) WithoutImprobable(double least, int kept, double mass)
    {
        var possible = Math.Max(1, _ranked.CountFrom(least));
        return possible < kept ? (possible, _ranked.Find((count, _) => count >= possible).Sum) : (kept, mass);
    }
}
