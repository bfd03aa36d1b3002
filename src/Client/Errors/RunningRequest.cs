namespace LmDeploy;

/// <summary>A prompt that was in flight, without its text.</summary>
public sealed record RunningRequest
{
    /// <summary>The supervisor's number for it.</summary>
    public required ulong Id { get; init; }

    /// <summary>What the supervisor knows the same prompt by when it comes again.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The length of the prompt in tokens; 0 when that was not known yet.</summary>
    public required int InputTokenLen { get; init; }

    /// <summary>Tokens generated so far.</summary>
    public required int GenerateTokenLen { get; init; }
}
