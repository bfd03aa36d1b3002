namespace LmDeploy.Worker.Tokenization.Models;

/// <summary>Which two neighbouring tokens become which token, and in what order of preference.</summary>
internal sealed class MergeTable(int capacity)
{
    /// <param name="Rank">Lower is merged first.</param>
    /// <param name="Id">The token that the two become.</param>
    public readonly record struct Merge(int Rank, int Id);

    private readonly Dictionary<long, Merge> _merges = new(capacity);

    /// <summary>The last character of each left side with the first of each right side.</summary>
    private readonly HashSet<int> _joints = [];

    public void Set((string Text, int Id) left, (string Text, int Id) right, Merge merge)
    {
        _merges[Key(left.Id, right.Id)] = merge;
        _joints.Add(Joint(left.Text[^1], right.Text[0]));
    }

    public bool TryGet(int left, int right, out Merge merge) => _merges.TryGetValue(Key(left, right), out merge);

    /// <summary>Whether any merge has these characters where its sides meet; if none, no token ever spans the two.</summary>
    public bool CanJoin(char last, char first) => _joints.Contains(Joint(last, first));

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;

    private static int Joint(char last, char first) => (last << 16) | first;
}
