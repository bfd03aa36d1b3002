namespace LmDeploy;

/// <summary>One line that a worker printed.</summary>
/// <param name="Time">When.</param>
/// <param name="Source">Where.</param>
/// <param name="Text">The line.</param>
public sealed record LogLine(DateTimeOffset Time, LogSource Source, string Text);
