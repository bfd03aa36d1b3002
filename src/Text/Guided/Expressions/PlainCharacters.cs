using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Expressions;

/// <summary>Characters that stand for themselves, in UTF-8.</summary>
internal static class PlainCharacters
{
    public static void Write(NetworkBuilder network, int from, CodePointSet set, int to)
    {
        foreach (var sequence in set.Ranges.SelectMany(Utf8Ranges.Of))
        {
            // Sequences that end alike share the nodes of their ends.
            var next = to;
            for (var i = sequence.Length - 1; i > 0; i--)
            {
                next = network.NodeBefore(sequence[i].Low, sequence[i].High, next);
            }

            network.AddBytes(from, sequence[0].Low, sequence[0].High, next);
        }
    }
}
