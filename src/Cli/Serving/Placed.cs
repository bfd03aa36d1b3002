namespace LmDeploy.Cli.Serving;

/// <summary>A setting of <c>serve</c>, and where it was set: a flag, or a line and a key of the file.</summary>
internal sealed record Placed<T>(T Value, string Place)
{
    public UsageException Wrong(string problem) => new($"{Place}: {problem}");
}
