namespace LmDeploy.Reports.Findings;

/// <summary>How one model is better than another, by one scorer or the judge.</summary>
/// <param name="Better">The model with the better figure.</param>
/// <param name="Worse">The other one.</param>
/// <param name="PValue">Of the difference.</param>
/// <param name="Claim">What is said of a significant difference.</param>
/// <param name="Figures">Both figures, and what they are.</param>
internal sealed record Finding(string Better, string Worse, double PValue, string Claim, string Figures)
{
    /// <summary>One sentence, without its stop.</summary>
    /// <param name="level">P-values below are significant.</param>
    public string Say(double level) => PValue < level
        ? $"{Better} {Claim} {Worse}: {Figures}, {P}"
        : $"No significant difference between {Better} and {Worse}: {Figures}, {P}";

    private string P => PValue < 0.001 ? "p < 0.001" : $"p = {Format.PValue(PValue)}";

    public bool IsOf(string one, string other) => (Better == one && Worse == other) || (Better == other && Worse == one);
}
