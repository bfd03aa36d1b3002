namespace LmDeploy.Text.Tokenization.Models;

/// <summary>
/// A vocabulary by the beginnings of its tokens: finds all tokens that a text begins with in one walk. Immutable and safe for concurrent use.
/// </summary>
internal sealed class PrefixTree
{
    public const int Root = 0;

    private readonly Dictionary<long, int> _edges = [];
    private readonly List<int> _ids = [-1];

    public PrefixTree(IEnumerable<KeyValuePair<string, int>> tokens)
    {
        foreach (var (token, id) in tokens)
        {
            var node = Root;
            foreach (var next in token)
            {
                if (!_edges.TryGetValue(Edge(node, next), out var child))
                {
                    child = _ids.Count;
                    _ids.Add(-1);
                    _edges.Add(Edge(node, next), child);
                }

                node = child;
            }

            _ids[node] = id;
        }
    }

    /// <summary>Goes one character on from a node; false where no token does.</summary>
    /// <param name="id">The token that ends there, or -1.</param>
    public bool TryStep(ref int node, char next, out int id)
    {
        var isThere = _edges.TryGetValue(Edge(node, next), out node);
        id = isThere ? _ids[node] : -1;
        return isThere;
    }

    /// <summary>Spread out by multiplication: nodes in a row would collide.</summary>
    private static long Edge(int node, char next) => (((long)node << 16) | next) * unchecked((long)0x9E3779B97F4A7C15);
}
