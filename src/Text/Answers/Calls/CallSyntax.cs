namespace LmDeploy.Text.Answers.Calls;

/// <summary>One way to write calls.</summary>
/// <param name="Begin">The word that begins a call.</param>
/// <param name="Read">Makes a reader for what follows that word.</param>
internal sealed record CallSyntax(string Begin, Func<ToolSet, CallReader> Read)
{
    /// <summary>Further words of a call. They may be special tokens, which have to be shown then.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>A word that may follow the calls and says nothing then; empty for none.</summary>
    public string Trailer { get; init; } = "";

    /// <summary>A word that only models have that write calls like this, where <see cref="Begin"/> does not say it; empty for none.</summary>
    public string Sign { get; init; } = "";

    /// <summary>The character that an answer begins with which is a call without a word before it; null for the name of a function.</summary>
    public char? Opening { get; init; }

    /// <summary>Whether something tells that a model writes calls like this.</summary>
    public bool IsMarked => Begin.Length > 0 || Sign.Length > 0;
}
