using LmDeploy.Evaluation.Scorers;

namespace LmDeploy.Evaluation;

public abstract partial class Scorer
{
    /// <summary>
    /// BLEU-4 of the answer against the expected ones as references, 0 to 1: <c>sentence_bleu</c> of sacreBLEU by 100, with tokenization 13a, exponential
    /// smoothing, and only as many orders as the answer has words.
    /// </summary>
    public static Scorer Bleu { get; } = new BleuScorer();

    /// <summary>
    /// ROUGE-L of the answer, 0 to 1: F1 of the longest common subsequence of words, the best of the expected answers. Words are runs of ASCII
    /// letters and digits without regard to case, not stemmed: rougeL of google-research's rouge_score.
    /// </summary>
    public static Scorer RougeL { get; } = new RougeScorer();

    /// <summary>1 where one of the expected answers is somewhere in the answer, white space around it aside.</summary>
    /// <param name="ignoreCase">Whether upper and lower case are the same. Default: false.</param>
    public static Scorer Contains(bool ignoreCase = false) => new ContainsScorer(ignoreCase);

    /// <summary>
    /// 1 where what the pattern finds first is one of the expected answers, white space around it aside; for questions without expected answers, where it finds
    /// anything. An answer on which the pattern takes more than a second is not scored.
    /// </summary>
    /// <param name="pattern">A regular expression of .NET.</param>
    /// <param name="group">What of the match is compared: the number of a group, 0 for all of it. Default: the pattern's first group, all of the match where it
    /// has none.</param>
    /// <exception cref="ArgumentException">The pattern is none, or has no such group.</exception>
    public static Scorer Regex(string pattern, int? group = null) => new RegexScorer(pattern, group);

    /// <summary>
    /// 1 where the answer's result is the number of an expected answer. The result is the first number alone on a line after <c>####</c>, as GSM8K marks it, or
    /// else the last number of the answer. Decimals follow a point; thousands separators, currencies and signs are read, <c>3/4</c>, <c>1 1/2</c> and
    /// <c>\frac{3}{4}</c> too; where only one of the
    /// two is a percentage, <c>50%</c> is 50 or 0.5.
    /// </summary>
    /// <param name="tolerance">How far apart the two may be, 0 or more. Default: 0; numbers have 64 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="tolerance"/> is out of range.</exception>
    public static Scorer Numeric(double tolerance = 0) => new NumericScorer(tolerance);

    /// <summary>A score of your own. Where it is NaN or the function throws, the question is not scored.</summary>
    /// <param name="name">How results call it.</param>
    /// <param name="score">Scores the last answer to a question, usually 0 to 1; may be called by several threads at once. It is not called for answers that
    /// failed.</param>
    public static Scorer Custom(string name, Func<DatasetItem, Response, double> score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new CustomScorer(name, (item, answer, _) => Task.FromResult(score(item, answer)));
    }

    /// <inheritdoc cref="Custom(string, Func{DatasetItem, Response, double})"/>
    public static Scorer Custom(string name, Func<DatasetItem, Response, CancellationToken, Task<double>> score) => new CustomScorer(name, score);
}
