namespace LmDeploy;

/// <summary>What a reward model makes of an input, or why there is nothing. Immutable.</summary>
public sealed record RewardScore
{
    /// <summary>The score; higher is better, and it has no unit. 0 when the input could not be scored.</summary>
    public double Score { get; init; }

    /// <summary>Tokens of the input.</summary>
    public int InputTokenLen { get; init; }

    /// <summary>What kind of error it was, one of the codes in docs/errors.md; null when the input was scored.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What was wrong; null when the input was scored.</summary>
    public string? ErrorMessage { get; init; }

    internal static RewardScore FromWire(V1.RewardResult wire) => new()
    {
        Score = wire.Score,
        InputTokenLen = wire.InputTokenLen,
        ErrorCode = wire.Error?.Code,
        ErrorMessage = wire.Error?.Message,
    };
}
