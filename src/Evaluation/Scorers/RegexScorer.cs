using System.Text.RegularExpressions;
using Expression = System.Text.RegularExpressions.Regex;

namespace LmDeploy.Evaluation.Scorers;

internal sealed class RegexScorer : AnswerScorer
{
    /// <summary>How long a pattern may look at one answer: some never end.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly Expression _pattern;
    private readonly int _group;

    public RegexScorer(string pattern, int? group)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        _pattern = new Expression(pattern, RegexOptions.CultureInvariant, _patience);
        var groups = _pattern.GetGroupNumbers();
        _group = group ?? (groups.Length > 1 ? groups[1] : 0);
        if (!groups.Contains(_group))
        {
            throw new ArgumentOutOfRangeException(nameof(group), group, $"The pattern has the groups {string.Join(", ", groups)}, got {group}.");
        }

        Name = group is null ? $"regex({pattern})" : $"regex({pattern}, {group})";
    }

    public override string Name { get; }

    protected override ValueTask<ItemScore> ScoreAsync(DatasetItem item, Response answer, CancellationToken cancellationToken) => new(Score(item, answer.Text));

    private ItemScore Score(DatasetItem item, string answer)
    {
        try
        {
            var match = _pattern.Match(answer).Groups[_group];
            return match.Success
                ? new ItemScore(item.Expected.Count == 0 || item.Expected.Any(expected => expected.Trim() == match.Value.Trim()) ? 1 : 0)
                {
                    Detail = match.Value,
                }
                : new ItemScore(0) { Detail = "no match" };
        }
        catch (RegexMatchTimeoutException)
        {
            return ItemScore.NotScored($"The pattern took more than {_patience.TotalSeconds} s on this answer.");
        }
    }
}
