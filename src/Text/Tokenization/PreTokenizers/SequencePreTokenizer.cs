namespace LmDeploy.Text.Tokenization.PreTokenizers;

/// <summary>Splits by its first step, then splits each part by the next, and so on.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    public void Split(Piece piece, List<Piece> output) => SplitEach(piece, parts => output.AddRange(parts));

    /// <summary>Hands on the parts of each part of the first step, one after the other, so that those of a long text are never there all at once.</summary>
    /// <param name="take">Gets parts in a list that is used again.</param>
    public void SplitEach(Piece piece, Action<List<Piece>> take)
    {
        if (steps.Count == 0)
        {
            take([piece]);
            return;
        }

        var first = new List<Piece>();
        steps[0].Split(piece, first);
        var (pieces, parts) = (new List<Piece>(), new List<Piece>());
        foreach (var part in first)
        {
            pieces.Clear();
            pieces.Add(part);
            foreach (var step in steps.Skip(1))
            {
                parts.Clear();
                pieces.ForEach(each => step.Split(each, parts));
                (pieces, parts) = (parts, pieces);
            }

            take(pieces);
        }
    }
}
