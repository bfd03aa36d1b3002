using System.Buffers;
using System.Text.RegularExpressions;

namespace LmDeploy.Text.Tokenization.Patterns;

/// <summary>
/// Finds an Oniguruma expression, matched over code points. .NET matches over UTF-16 units, so code points outside the
/// BMP are shown to it as a BMP character of the same kind (<see cref="AstralFolding"/>).
/// </summary>
internal sealed class RegexPattern : IPattern
{
    /// <summary>Pools keep what they lent for minutes.</summary>
    private const int LargestPooled = 1 << 16;

    /// <summary>Bounds one match attempt, so that no text can keep the worker busy for long.</summary>
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(2);

    private readonly Regex _regex;
    private readonly AstralFolding _folding;

    /// <exception cref="FormatException">The expression is malformed or uses something unsupported.</exception>
    public RegexPattern(string expression)
    {
        var translation = OnigurumaTranslator.Translate(expression);
        try
        {
            _regex = new Regex(translation.Expression, RegexOptions.Compiled | RegexOptions.CultureInvariant, _timeout);
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"the expression cannot be compiled: {e.Message}", e);
        }

        _folding = translation.Folding;
    }

    public void Find(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        try
        {
            if (_folding.IsNeeded(text))
            {
                FindFolded(text, matches);
                return;
            }

            foreach (var match in _regex.EnumerateMatches(text))
            {
                matches.Add(new TextRange(match.Index, match.Index + match.Length));
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw TokenizerErrors.InvalidText($"the tokenizer's expression took over {_timeout.TotalSeconds} s on a part of the text", e);
        }
    }

    private void FindFolded(ReadOnlySpan<char> text, List<TextRange> matches)
    {
        if (text.Length > LargestPooled)
        {
            FindFolded(text, new char[text.Length], new int[text.Length + 1], matches);
            return;
        }

        var folded = ArrayPool<char>.Shared.Rent(text.Length);
        var offsets = ArrayPool<int>.Shared.Rent(text.Length + 1);
        try
        {
            FindFolded(text, folded, offsets, matches);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(folded);
            ArrayPool<int>.Shared.Return(offsets);
        }
    }

    private void FindFolded(ReadOnlySpan<char> text, char[] folded, int[] offsets, List<TextRange> matches)
    {
        var length = _folding.Fold(text, folded, offsets);
        foreach (var match in _regex.EnumerateMatches(folded.AsSpan(0, length)))
        {
            matches.Add(new TextRange(offsets[match.Index], offsets[match.Index + match.Length]));
        }
    }
}
