using LmDeploy.Text.Tokenization.Patterns;

namespace LmDeploy.Text.Tokenization.PreTokenizers;

/// <summary>Splits by a pattern.</summary>
/// <param name="invert">Whether what lies between the matches counts as the matches.</param>
internal sealed class PatternPreTokenizer(IPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    private readonly record struct Segment(TextRange Range, bool IsMatch);

    /// <summary>What is kept of a long text would stay for as long as the thread does.</summary>
    private const int MostKept = 1024;

    /// <summary>Kept for the next piece of the thread: a sequence of steps comes here for every word.</summary>
    [ThreadStatic]
    private static List<TextRange>? _scratch;

    public void Split(Piece piece, List<Piece> output)
    {
        var matches = _scratch ?? [];
        _scratch = null;
        matches.Clear();
        pattern.Find(piece.Text.Span, matches);
        if (behavior == SplitBehavior.Isolated)
        {
            Isolate(piece, matches, output);
        }
        else
        {
            Arrange(piece, matches, output);
        }

        _scratch = matches.Capacity <= MostKept ? matches : null;
    }

    public void SplitEach(Piece piece, Action<Piece> take)
    {
        if (behavior != SplitBehavior.Isolated)
        {
            var parts = new List<Piece>();
            Split(piece, parts);
            parts.ForEach(take);
            return;
        }

        var end = 0;
        pattern.Each(piece.Text.Span, match =>
        {
            Take(new TextRange(end, match.Start));
            Take(match);
            end = match.End;
        });
        Take(new TextRange(end, piece.Text.Length));

        void Take(TextRange range)
        {
            if (range.End > range.Start)
            {
                take(piece.Slice(range));
            }
        }
    }

    /// <summary>Each match and each text between two is a piece of its own.</summary>
    private static void Isolate(Piece piece, List<TextRange> matches, List<Piece> output)
    {
        var end = 0;
        foreach (var match in matches)
        {
            AddPart(piece, new TextRange(end, match.Start), output);
            AddPart(piece, match, output);
            end = match.End;
        }

        AddPart(piece, new TextRange(end, piece.Text.Length), output);
    }

    private static void AddPart(Piece piece, TextRange range, List<Piece> output)
    {
        if (range.End > range.Start)
        {
            output.Add(range.End - range.Start == piece.Text.Length ? piece : piece.Slice(range));
        }
    }

    private void Arrange(Piece piece, List<TextRange> matches, List<Piece> output)
    {
        var ranges = Arrange(Segments(matches, piece.Text.Length));
        foreach (var range in ranges)
        {
            AddPart(piece, range, output);
        }
    }

    private List<Segment> Segments(List<TextRange> matches, int length)
    {
        var segments = new List<Segment>((matches.Count * 2) + 1);
        var end = 0;
        foreach (var match in matches)
        {
            if (match.Start > end)
            {
                segments.Add(new Segment(new TextRange(end, match.Start), invert));
            }

            segments.Add(new Segment(match, !invert));
            end = match.End;
        }

        if (end < length)
        {
            segments.Add(new Segment(new TextRange(end, length), invert));
        }

        return segments;
    }

    private List<TextRange> Arrange(List<Segment> segments)
    {
        var ranges = new List<TextRange>(segments.Count);
        var previousIsMatch = false;
        if (behavior == SplitBehavior.MergedWithNext)
        {
            segments.Reverse();
        }

        foreach (var segment in segments)
        {
            if (behavior != SplitBehavior.Removed || !segment.IsMatch)
            {
                Place(segment, previousIsMatch, ranges);
            }

            previousIsMatch = segment.IsMatch;
        }

        if (behavior == SplitBehavior.MergedWithNext)
        {
            ranges.Reverse();
        }

        return ranges;
    }

    private void Place(Segment segment, bool previousIsMatch, List<TextRange> ranges)
    {
        var joins = behavior switch
        {
            SplitBehavior.Contiguous => segment.IsMatch == previousIsMatch,
            SplitBehavior.MergedWithPrevious or SplitBehavior.MergedWithNext => segment.IsMatch && !previousIsMatch,
            _ => false,
        };
        if (!joins || ranges.Count == 0)
        {
            ranges.Add(segment.Range);
        }
        else if (behavior == SplitBehavior.MergedWithNext)
        {
            ranges[^1] = ranges[^1] with { Start = segment.Range.Start };
        }
        else
        {
            ranges[^1] = ranges[^1] with { End = segment.Range.End };
        }
    }
}
