namespace LmDeploy.Cli;

/// <summary>The command line makes no sense; the message says why.</summary>
internal sealed class UsageException(string message, Exception? innerException = null) : Exception(message, innerException);
