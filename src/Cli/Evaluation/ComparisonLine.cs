using LmDeploy.Evaluation;

namespace LmDeploy.Cli.Evaluation;

/// <summary>Reports the progress of a comparison: each stage, in about ten steps.</summary>
internal sealed class ComparisonLine(Action<string> report) : IProgress<ComparisonProgress>
{
    private const int Steps = 10;

    public void Report(ComparisonProgress value)
    {
        if (value.Done == 0 || value.Done == value.Total || value.Done % Math.Max(1, value.Total / Steps) == 0)
        {
            report(value.ToString());
        }
    }
}
