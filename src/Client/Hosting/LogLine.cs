namespace LmDeploy;

/// <summary>One line that a worker printed.</summary>
public sealed record LogLine
{
    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Where.</summary>
    public required LogSource Source { get; init; }

    /// <summary>The line.</summary>
    public required string Text { get; init; }
}
