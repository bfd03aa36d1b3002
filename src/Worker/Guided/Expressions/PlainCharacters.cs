using LmDeploy.Worker.Guided.Networks;

namespace LmDeploy.Worker.Guided.Expressions;

/// <summary>Characters that stand for themselves, in UTF-8.</summary>
internal static class PlainCharacters
{
    public static void Write(NetworkBuilder network, int from, CodePointSet set, int to)
    {
        // Sequences that end alike share the nodes of their ends.
        var ends = new Dictionary<(ByteRange First, int Next), int>();
        foreach (var sequence in set.Ranges.SelectMany(Utf8Ranges.Of))
        {
            var next = to;
            for (var i = sequence.Length - 1; i > 0; i--)
            {
                if (!ends.TryGetValue((sequence[i], next), out var node))
                {
                    node = network.AddNode();
                    network.AddBytes(node, sequence[i].Low, sequence[i].High, next);
                    ends.Add((sequence[i], next), node);
                }

                next = node;
            }

            network.AddBytes(from, sequence[0].Low, sequence[0].High, next);
        }
    }
}
