namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>What a command printed and how it ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors);
