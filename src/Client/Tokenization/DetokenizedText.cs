namespace LmDeploy;

/// <summary>The text of token ids, or why there is none.</summary>
public sealed record DetokenizedText
{
    /// <summary>The text.</summary>
    public string Text { get; init; } = "";

    /// <summary>What kind of error it was, one of the codes in docs/errors.md; null when all is well.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What was wrong; null when all is well.</summary>
    public string? ErrorMessage { get; init; }

    internal static DetokenizedText FromWire(V1.DetokenizeResult wire) => new()
    {
        Text = wire.Text,
        ErrorCode = wire.Error?.Code,
        ErrorMessage = wire.Error?.Message,
    };
}
