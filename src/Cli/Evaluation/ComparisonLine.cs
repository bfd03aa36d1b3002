using LmDeploy.Evaluation;

namespace LmDeploy.Cli.Evaluation;

/// <summary>Reports the progress of a comparison: on a terminal each stage, in about ten steps; for a pipe or a file one line a model.</summary>
/// <param name="report">Takes the lines.</param>
/// <param name="isLive">Whether a line takes the place of the one before.</param>
internal sealed class ComparisonLine(Action<string> report, bool isLive) : IProgress<ComparisonProgress>
{
    private const int Steps = 10;

    public void Report(ComparisonProgress value)
    {
        if (!isLive)
        {
            if (value.Stage == "loading")
            {
                report($"{value.Model}: started");
            }
        }
        else if (value.Done == 0 || value.Done == value.Total || value.Done % Math.Max(1, value.Total / Steps) == 0)
        {
            report(value.ToString());
        }
    }
}
