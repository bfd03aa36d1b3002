namespace LmDeploy;

/// <summary>One line that a worker printed.</summary>
/// <param name="Time">When.</param>
/// <param name="Source"><c>stdout</c> or <c>stderr</c>.</param>
/// <param name="Text">The line.</param>
public sealed record LogLine(DateTimeOffset Time, string Source, string Text);
