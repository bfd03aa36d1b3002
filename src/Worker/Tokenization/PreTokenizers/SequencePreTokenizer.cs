namespace LmDeploy.Worker.Tokenization.PreTokenizers;

/// <summary>Splits by its first step, then splits each part by the next, and so on.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    public void Split(Piece piece, List<Piece> output)
    {
        var (pieces, parts) = (new List<Piece> { piece }, new List<Piece>());
        foreach (var step in steps)
        {
            parts.Clear();
            foreach (var part in pieces)
            {
                step.Split(part, parts);
            }

            (pieces, parts) = (parts, pieces);
        }

        output.AddRange(pieces);
    }
}
