namespace LmDeploy.Text.Tokenization.PreTokenizers;

/// <summary>Splits by its first step, then splits each part by the next, and so on.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    public IReadOnlyList<IPreTokenizer> Steps => steps;

    public void Split(Piece piece, List<Piece> output) => SplitEach(piece, output.Add);

    public void SplitEach(Piece piece, Action<Piece> take)
    {
        if (steps.Count == 0)
        {
            take(piece);
            return;
        }

        var (pieces, parts) = (new List<Piece>(), new List<Piece>());
        steps[0].SplitEach(piece, part =>
        {
            pieces.Clear();
            pieces.Add(part);
            for (var i = 1; i < steps.Count; i++)
            {
                parts.Clear();
                foreach (var each in pieces)
                {
                    steps[i].Split(each, parts);
                }

                (pieces, parts) = (parts, pieces);
            }

            pieces.ForEach(take);
        });
    }
}
