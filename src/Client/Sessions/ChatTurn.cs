namespace LmDeploy;

/// <summary>One exchange of a conversation.</summary>
public sealed record ChatTurn
{
    /// <summary>What was asked.</summary>
    public required string User { get; init; }

    /// <summary>What was answered.</summary>
    public required string Assistant { get; init; }
}
