using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.StepInput;

namespace LmDeploy.Engine.Decoders.Cuda;

/// <summary>
/// The layout of the integers that only a step with prompts has: block tables, tiles (see <see cref="PromptTiles"/>), and the last row of every
/// slice.
/// </summary>
/// <param name="Count">How many pieces there are.</param>
/// <param name="Tiles">Where the pieces begin.</param>
/// <param name="Ends">Where the last rows begin.</param>
/// <param name="Length">How many integers there are in all.</param>
internal readonly record struct PromptLayout(int Count, int Tiles, int Ends, int Length)
{
    /// <summary>How many integers a step needs.</summary>
    public static long LengthOf(StepBatch batch) =>
        OnlyDecodes(batch) ? 0 : batch.Slices.Count + Prompts(batch).Sum(slice => (long)slice.Blocks.Count + (PromptTiles.Integers * Pieces(slice)));

    /// <summary>Cuts the prompts of a step into pieces. Those that see most keys come first, so that none of them is left alone at the end.</summary>
    public static PromptLayout Fill(StepBatch batch, Span<int> numbers)
    {
        if (OnlyDecodes(batch))
        {
            return default;
        }

        var pieces = new List<(int Row, int Rows, int Position, int Table)>();
        var (row, end) = (batch.SingleTokenSlices, 0);
        foreach (var slice in Prompts(batch))
        {
            for (var begin = 0; begin < slice.Count; begin += PromptTiles.Queries)
            {
                pieces.Add((row + begin, Math.Min(PromptTiles.Queries, slice.Count - begin), slice.FirstPosition + begin, end));
            }

            slice.Blocks.CopyBlocks(numbers.Slice(end, slice.Blocks.Count));
            (row, end) = (row + slice.Count, end + slice.Blocks.Count);
        }

        var tiles = end;
        foreach (var piece in pieces.OrderByDescending(piece => piece.Position + piece.Rows))
        {
            (numbers[end], numbers[end + 1], numbers[end + 2], numbers[end + 3]) = piece;
            end += PromptTiles.Integers;
        }

        var (ends, last) = (end, -1);
        foreach (var slice in batch.Slices)
        {
            last += slice.Count;
            numbers[end++] = last;
        }

        return new PromptLayout(pieces.Count, tiles, ends, end);
    }

    private static bool OnlyDecodes(StepBatch batch) => batch.SingleTokenSlices == batch.Slices.Count;

    private static IEnumerable<StepSlice> Prompts(StepBatch batch) => batch.Slices.Skip(batch.SingleTokenSlices);

    private static int Pieces(StepSlice slice) => (slice.Count + PromptTiles.Queries - 1) / PromptTiles.Queries;
}
