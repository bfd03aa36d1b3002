namespace LmDeploy.Worker.Tokenization.PreTokenizers;

/// <summary>Splits by its first step, then splits each part by the next, and so on.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    public void Split(Piece piece, List<Piece> output)
    {
        var pieces = new List<Piece> { piece };
        foreach (var step in steps)
        {
            var parts = new List<Piece>(pieces.Count);
            foreach (var part in pieces)
            {
                step.Split(part, parts);
            }

            pieces = parts;
        }

        output.AddRange(pieces);
    }
}
