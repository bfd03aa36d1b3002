namespace LmDeploy;

/// <summary>One exchange of a conversation.</summary>
/// <param name="User">What was asked.</param>
/// <param name="Assistant">What was answered.</param>
public sealed record ChatTurn(string User, string Assistant);
