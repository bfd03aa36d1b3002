namespace LmDeploy.Evaluation;

/// <summary>How far a comparison has come with one model.</summary>
/// <param name="Model">The model's name, or <c>judge</c>.</param>
/// <param name="Stage"><c>loading</c>, <c>answering</c>, <c>timing first tokens</c>, <c>scoring by NAME</c>, <c>judging</c>, <c>closing</c>, <c>done</c> or
/// <c>failed</c>.</param>
/// <param name="Done">Questions that are done in this stage.</param>
/// <param name="Total">Questions in this stage; 0 where there are none to count.</param>
public sealed record ComparisonProgress(string Model, string Stage, int Done, int Total)
{
    /// <summary>One line for a person.</summary>
    public override string ToString() => Total > 0 ? $"{Model}: {Stage}, {Done} of {Total}" : $"{Model}: {Stage}";
}
