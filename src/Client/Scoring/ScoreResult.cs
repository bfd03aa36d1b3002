using LmDeploy.Collections;

namespace LmDeploy;

/// <summary>The log-probabilities of one input's tokens, or why there are none.</summary>
public sealed record ScoreResult
{
    /// <summary>The log-probability of each scored token, natural logarithm.</summary>
    public IReadOnlyList<double> Logprobs { get; init => field = Values.Of(value); } = ValueList<double>.Empty;

    /// <summary>The scored tokens.</summary>
    public IReadOnlyList<int> TokenIds { get; init => field = Values.Of(value); } = ValueList<int>.Empty;

    /// <summary>What kind of error it was, one of the codes in docs/errors.md; null when the input was scored.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What was wrong; null when the input was scored.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The sum of <see cref="Logprobs"/>.</summary>
    public double Sum => Logprobs.Sum();

    internal static ScoreResult FromWire(V1.ContinuationScore wire) => new()
    {
        Logprobs = [.. wire.Logprobs],
        TokenIds = [.. wire.TokenIds],
        ErrorCode = wire.Error?.Code,
        ErrorMessage = wire.Error?.Message,
    };
}
