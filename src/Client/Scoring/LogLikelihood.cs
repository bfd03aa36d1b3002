using LmDeploy.Collections;

namespace LmDeploy;

/// <summary>How probable a continuation is after its prompt, or why that is not known. Immutable.</summary>
public sealed record LogLikelihood
{
    /// <summary>The log-probability of the whole continuation: the sum of <see cref="TokenLogprobs"/>, natural logarithm, 0 or less.</summary>
    public double Logprob => TokenLogprobs.Sum();

    /// <summary>Whether greedy decoding would give this continuation: each token is the most probable one in its place.</summary>
    public bool IsGreedy { get; init; }

    /// <summary>The continuation's tokens.</summary>
    public IReadOnlyList<int> TokenIds { get; init => field = Values.Of(value); } = ValueList<int>.Empty;

    /// <summary>The log-probability of each token, natural logarithm.</summary>
    public IReadOnlyList<double> TokenLogprobs { get; init => field = Values.Of(value); } = ValueList<double>.Empty;

    /// <summary>Tokens of the prompt that came from the prefix cache.</summary>
    public int CachedTokens { get; init; }

    /// <summary>What kind of error it was, one of the codes in docs/errors.md; null when the continuation was scored.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What was wrong; null when the continuation was scored.</summary>
    public string? ErrorMessage { get; init; }

    internal static LogLikelihood FromWire(V1.ContinuationScore wire) => new()
    {
        IsGreedy = wire.IsGreedy,
        TokenIds = [.. wire.TokenIds],
        TokenLogprobs = [.. wire.Logprobs],
        CachedTokens = wire.CachedTokens,
        ErrorCode = wire.Error?.Code,
        ErrorMessage = wire.Error?.Message,
    };
}
