using LmDeploy.Evaluation.Scorers;

namespace LmDeploy.Evaluation;

public abstract partial class Scorer
{
    /// <summary>
    /// 1 where the right one of <see cref="DatasetItem.Choices"/> is the most probable after the prompt, of equally probable ones the first: <c>acc</c> of
    /// lm-evaluation-harness. Needs no answers.
    /// </summary>
    public static Scorer MultipleChoice { get; } = new ChoiceScorer(isNormalized: false);

    /// <summary>
    /// <see cref="MultipleChoice"/> with each log-probability divided by the characters (Unicode code points) of its choice, one white space at its beginning
    /// aside: <c>acc_norm</c> of lm-evaluation-harness, for choices of different lengths.
    /// </summary>
    public static Scorer MultipleChoiceNormalized { get; } = new ChoiceScorer(isNormalized: true);

    /// <summary>
    /// The perplexity of the first expected answer after the rendered prompt: over many questions exp of the mean negative log-likelihood of all their tokens.
    /// Less is better. Needs no answers.
    /// </summary>
    public static Scorer Perplexity { get; } = new PerplexityScorer();
}
