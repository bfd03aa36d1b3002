namespace LmDeploy.Evaluation.Statistics;

/// <summary>The exact two-sided test that of so many decided cases as many fall to one side as to the other: McNemar's test and the sign test.</summary>
internal static class BinomialTest
{
    /// <summary>
    /// How probable a split at least as uneven is, where either side is as likely: twice the lower tail of Binomial(n, 1/2), at most 1; 1 without cases.
    /// </summary>
    /// <remarks>
    /// Terms are taken relative to the middle one, so that they are at most 1 and those that vanish do not count; nothing but the four operations is
    /// used, so the result is the same on every machine.
    /// </remarks>
    public static double PValue(int one, int other)
    {
        var (cases, fewer) = (one + other, Math.Min(one, other));
        if (one == other)
        {
            return 1;
        }

        var middle = cases / 2;
        var (all, tail) = (0d, 0d);
        var term = 1d;
        for (var k = middle; k >= 0 && term > 0; k--)
        {
            all += term;
            tail += k <= fewer ? term : 0;
            term *= (double)k / (cases - k + 1);
        }

        // The upper half mirrors the lower one; the middle of an even number of cases is in both.
        all = (2 * all) - (cases % 2 == 0 ? 1 : 0);
        return Math.Min(1, 2 * tail / all);
    }
}
