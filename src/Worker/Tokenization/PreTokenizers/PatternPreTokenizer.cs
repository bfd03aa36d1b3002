using LmDeploy.Worker.Tokenization.Patterns;

namespace LmDeploy.Worker.Tokenization.PreTokenizers;

/// <summary>Splits by a pattern.</summary>
/// <param name="invert">Whether what lies between the matches counts as the matches.</param>
internal sealed class PatternPreTokenizer(IPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    private readonly record struct Segment(TextRange Range, bool IsMatch);

    public void Split(Piece piece, List<Piece> output)
    {
        var matches = new List<TextRange>();
        pattern.Find(piece.Text.Span, matches);
        var ranges = Arrange(Segments(matches, piece.Text.Length));
        foreach (var range in ranges)
        {
            if (range.End > range.Start)
            {
                output.Add(piece.Slice(range));
            }
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
