using System.Buffers;
using System.Text.RegularExpressions;
using LmDeploy.Text.Errors;

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
        if (_folding.IsNeeded(text))
        {
            Each(text, matches.Add);
            return;
        }

        try
        {
            foreach (var match in _regex.EnumerateMatches(text))
            {
                matches.Add(new TextRange(match.Index, match.Index + match.Length));
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw TookTooLong(e);
        }
    }

    public void Each(ReadOnlySpan<char> text, Action<TextRange> take)
    {
        try
        {
            if (_folding.IsNeeded(text))
            {
                EachFolded(text, take);
                return;
            }

            foreach (var match in _regex.EnumerateMatches(text))
            {
                take(new TextRange(match.Index, match.Index + match.Length));
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw TookTooLong(e);
        }
    }

    private static EngineException TookTooLong(RegexMatchTimeoutException e) =>
        TokenizerErrors.InvalidText($"the tokenizer's expression took over {_timeout.TotalSeconds} s on a part of the text", e);

    private void EachFolded(ReadOnlySpan<char> text, Action<TextRange> take)
    {
        if (text.Length > LargestPooled)
        {
            EachFolded(text, new char[text.Length], take);
            return;
        }

        var folded = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            EachFolded(text, folded, take);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(folded);
        }
    }

    private void EachFolded(ReadOnlySpan<char> text, char[] folded, Action<TextRange> take)
    {
        var pairs = new List<int>();
        var length = _folding.Fold(text, folded, pairs);
        var passed = 0;
        foreach (var match in _regex.EnumerateMatches(folded.AsSpan(0, length)))
        {
            var start = Unfold(match.Index);
            take(new TextRange(start, Unfold(match.Index + match.Length)));
        }

        // Positions only grow: matches come in order.
        int Unfold(int position)
        {
            while (passed < pairs.Count && pairs[passed] < position)
            {
                passed++;
            }

            return position + passed;
        }
    }
}
