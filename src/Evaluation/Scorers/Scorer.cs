namespace LmDeploy.Evaluation;

/// <summary>Judges what a model made of questions. Scorers keep no state: they may be used by several threads at once.</summary>
public abstract partial class Scorer
{
    /// <summary>The whole answer is one of the expected ones, white space around it aside.</summary>
    public static Scorer Exact { get; } = new ExactScorer();

    /// <summary>How results call it; different for each scorer of a comparison.</summary>
    public abstract string Name { get; }

    /// <summary>What the scores of many questions become. Default: <see cref="ScoreSummary.Mean"/>.</summary>
    public virtual ScoreSummary Summary => ScoreSummary.Mean;

    /// <summary>Whether models have to answer the questions. Default: true; false for scorers that only look at likelihoods.</summary>
    public virtual bool NeedsAnswers => true;

    /// <summary>Scores questions of one model.</summary>
    /// <param name="model">The model, still loaded.</param>
    /// <param name="items">Some of the questions.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A score for each question, in their order. What cannot be scored is <see cref="ItemScore.NotScored"/>.</returns>
    /// <exception cref="LmDeployException">The model cannot answer any more.</exception>
    public abstract Task<IReadOnlyList<ItemScore>> ScoreAsync(Pipeline model, IReadOnlyList<AnsweredItem> items, CancellationToken cancellationToken);
}
