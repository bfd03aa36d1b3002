using LmDeploy.Validation;

namespace LmDeploy.Evaluation;

/// <summary>
/// A model that says which of two answers is better, as in MT-bench (Zheng et al. 2023): it sees each pair in both orders, and only where it prefers the same
/// answer both times that is a win. Immutable.
/// </summary>
public sealed record PairwiseJudge
{
    /// <summary>Makes a judge that is loaded with the defaults.</summary>
    /// <param name="model">The folder of the judging model.</param>
    public PairwiseJudge(string model)
    {
        Model = Ensure.Sendable(model, nameof(model));
    }

    /// <summary>The folder of the judging model; not empty.</summary>
    public string Model { get; init => field = Ensure.Sendable(value); }

    /// <summary>How it is loaded. Default: null, <see cref="EngineConfig"/>'s defaults.</summary>
    public EngineConfig? Engine { get; init; }

    /// <summary>
    /// How it answers. It may think, and explains itself before its verdict, so a short answer may have none. Default: greedy, at most 8192 tokens.
    /// </summary>
    public GenerationConfig Generation { get; init => field = Ensure.NotNull(value); } = new() { MaxNewTokens = 8192 };

    /// <summary>What makes an answer the better one. How the verdict is to be written is added to it. Default: null, what MT-bench looks at.</summary>
    public string? Instructions { get; init => field = value is null ? null : Ensure.Sendable(value); }
}
