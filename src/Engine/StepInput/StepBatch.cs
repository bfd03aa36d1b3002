namespace LmDeploy.Engine.StepInput;

/// <summary>
/// The input of one forward pass: slices of its sequences, packed as rows without padding. Slices of one token must come first, so that their
/// attention runs as one batch.
/// </summary>
internal sealed class StepBatch
{
    public StepBatch(IEnumerable<StepSlice> slices)
    {
        Slices = [.. slices];
        SingleTokenSlices = Slices.TakeWhile(slice => slice.Count == 1).Count();
        Rows = Slices.Sum(slice => slice.Count);
        if (Slices.Skip(SingleTokenSlices).Any(slice => slice.Count == 1))
        {
            throw new ArgumentException("Slices of one token must come first.", nameof(slices));
        }
    }

    public IReadOnlyList<StepSlice> Slices { get; }

    /// <summary>How many of the first slices have just one token.</summary>
    public int SingleTokenSlices { get; }

    /// <summary>Tokens in all.</summary>
    public int Rows { get; }

    public long[] TokenIds() => PerToken((slice, i) => slice.Tokens.Span[i]);

    public long[] Positions() => PerToken((slice, i) => slice.FirstPosition + i);

    public long[] Slots() => PerToken((slice, i) => slice.Blocks.Slot(slice.FirstPosition + i));

    private long[] PerToken(Func<StepSlice, int, long> value)
    {
        var values = new long[Rows];
        var row = 0;
        foreach (var slice in Slices)
        {
            for (var i = 0; i < slice.Count; i++)
            {
                values[row++] = value(slice, i);
            }
        }

        return values;
    }
}
