namespace LmDeploy.Text.Tokenization.Models;

/// <summary>Which two neighbouring tokens become which token, and in what order of preference.</summary>
internal sealed class MergeTable(int capacity)
{
    /// <summary>Hashed by multiplication: the default for two numbers, or for a long, makes neighbouring ids collide.</summary>
    private readonly record struct Pair(int Left, int Right)
    {
        private const ulong GoldenRatio = 0x9E3779B97F4A7C15;

        public override int GetHashCode() => (int)(((((ulong)(uint)Left) << 32) | (uint)Right) * GoldenRatio >> 32);
    }

    /// <param name="Rank">Lower is merged first.</param>
    /// <param name="Id">The token that the two become.</param>
    public readonly record struct Merge(int Rank, int Id);

    private readonly Dictionary<Pair, Merge> _merges = new(capacity);

    /// <summary>The last character of each left side with the first of each right side.</summary>
    private readonly HashSet<int> _joints = [];

    public void Set((string Text, int Id) left, (string Text, int Id) right, Merge merge)
    {
        _merges[new Pair(left.Id, right.Id)] = merge;
        _joints.Add(Joint(left.Text[^1], right.Text[0]));
    }

    public bool TryGet(int left, int right, out Merge merge) => _merges.TryGetValue(new Pair(left, right), out merge);

    /// <summary>Whether any merge has these characters where its sides meet; if none, no token ever spans the two.</summary>
    public bool CanJoin(char last, char first) => _joints.Contains(Joint(last, first));

    private static int Joint(char last, char first) => (last << 16) | first;
}
