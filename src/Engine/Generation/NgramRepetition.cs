namespace LmDeploy.Engine.Generation;

/// <summary>Detects n-gram repetition: the last n tokens of an answer have occurred in it a number of times.</summary>
/// <param name="size">How many tokens; 0 for never.</param>
/// <param name="threshold">How often they occur, the last time included; 0 for never.</param>
internal sealed class NgramRepetition(int size, int threshold)
{
    private readonly List<int> _tokens = [];

    /// <returns>Whether the answer ends here.</returns>
    public bool Append(int token)
    {
        if (size == 0 || threshold == 0)
        {
            return false;
        }

        _tokens.Add(token);
        return _tokens.Count >= size && Count() >= threshold;
    }

    private int Count()
    {
        var tokens = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tokens);
        var last = tokens[^size..];
        var count = 0;
        for (var start = 0; start + size <= tokens.Length; start++)
        {
            count += tokens.Slice(start, size).SequenceEqual(last) ? 1 : 0;
        }

        return count;
    }
}
