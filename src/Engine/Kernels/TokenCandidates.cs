namespace LmDeploy.Engine.Kernels;

/// <summary>The largest logits of one row, as the kernel <c>candidates</c> leaves them.</summary>
internal static class TokenCandidates
{
    /// <summary>The least number of largest logits that the kernel finds.</summary>
    public const int Wanted = 64;

    /// <summary>The capacity of a row.</summary>
    public const int Most = 256;

    /// <summary>int32 for a row: how many there are, then index and bits of the value of each.</summary>
    public const int Integers = 1 + (2 * Most);

    /// <summary>Compiler options for the source.</summary>
    public static IReadOnlyList<string> Options => [$"-DWANTED={Wanted}", $"-DCANDIDATES={Most}"];

    /// <param name="row">Of <see cref="Integers"/>.</param>
    /// <returns>Largest first, of equal ones the lower index first; null when there were more than there is room for.</returns>
    public static (int[] Ids, float[] Logits)? Read(ReadOnlySpan<int> row)
    {
        if (row[0] > Most)
        {
            return null;
        }

        var entries = new (int Id, float Logit)[row[0]];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = (row[1 + (2 * i)], BitConverter.Int32BitsToSingle(row[2 + (2 * i)]));
        }

        Array.Sort(entries, static (left, right) => left.Logit != right.Logit ? right.Logit.CompareTo(left.Logit) : left.Id - right.Id);
        return (Array.ConvertAll(entries, entry => entry.Id), Array.ConvertAll(entries, entry => entry.Logit));
    }
}
