namespace LmDeploy.Engine.Sampling;

/// <summary>
/// Token counts of prompt and answer, for the penalties. Updated incrementally, so that a step takes no time for earlier tokens. Not thread-safe.
/// </summary>
/// <param name="promptLength">How many of the context are the prompt's.</param>
internal sealed class ContextCounts(int promptLength)
{
    private readonly HashSet<int> _seen = [];
    private readonly Dictionary<int, int> _generated = [];
    private int _length;

    /// <summary>Each token of prompt and answer once.</summary>
    public IReadOnlyCollection<int> Seen => _seen;

    /// <summary>How often each token of the answer is in it.</summary>
    public IReadOnlyCollection<KeyValuePair<int, int>> Generated => _generated;

    /// <summary>Takes what has come since the last time.</summary>
    public void Advance(IReadOnlyList<int> context)
    {
        for (; _length < context.Count; _length++)
        {
            var id = context[_length];
            _seen.Add(id);
            if (_length >= promptLength)
            {
                _generated[id] = _generated.GetValueOrDefault(id) + 1;
            }
        }
    }
}
