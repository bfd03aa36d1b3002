namespace LmDeploy.Limits;

/// <summary>
/// Defaults and ranges of how tokens are generated. The contract, the documentation and the texts of flags state the same numbers; a test compares them.
/// </summary>
internal static class GenerationLimits
{
    /// <summary>Answers to one prompt.</summary>
    public const int MostAnswers = 128;

    public const int DefaultMaxNewTokens = 512;

    public const int DefaultTopK = 50;

    public const double DefaultTopP = 1;

    public const double DefaultMinP = 0;

    public const double DefaultTemperature = 0.8;

    public const double MostTemperature = 2;

    /// <summary>Off. The range is everything above 0.</summary>
    public const double DefaultRepetitionPenalty = 1;

    /// <summary>Of the presence and the frequency penalty, in both directions.</summary>
    public const double MostPenalty = 2;

    /// <summary>Of a bias, in both directions.</summary>
    public const double MostBias = 100;

    /// <summary>Candidates that are reported for one token.</summary>
    public const int MostLogprobs = 1024;
}
