using LmDeploy.Collections;

namespace LmDeploy;

/// <summary>A prompt as the model sees it, or why it cannot be made.</summary>
public sealed record TokenizedPrompt
{
    /// <summary>The token ids.</summary>
    public IReadOnlyList<int> Ids { get; init => field = Values.Of(value); } = ValueList<int>.Empty;

    /// <summary>The text the chat template made; empty when none was used.</summary>
    public string Rendered { get; init; } = "";

    /// <summary>What kind of error it was, one of the codes in docs/errors.md; null when all is well.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What was wrong; null when all is well.</summary>
    public string? ErrorMessage { get; init; }

    internal static TokenizedPrompt FromWire(V1.TokenizeResult wire) => new()
    {
        Ids = [.. wire.Ids],
        Rendered = wire.Rendered,
        ErrorCode = wire.Error?.Code,
        ErrorMessage = wire.Error?.Message,
    };
}
