namespace LmDeploy.Supervisor.Serving;

/// <summary>The command that prints the settings of <c>serve</c> once more, as <see cref="ServeOptions"/> in JSON.</summary>
internal sealed record ServeReload
{
    /// <summary>The path of the program.</summary>
    public string Program { get; init; } = "";

    public IReadOnlyList<string> Arguments { get; init; } = [];
}
