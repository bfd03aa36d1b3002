using System.Text.RegularExpressions;
using LmDeploy.V1;

namespace LmDeploy.Hub;

/// <summary>A model's name on a hub: <c>org/name[@revision][:subfolder]</c>, for example <c>Qwen/Qwen3-0.6B@main</c>.</summary>
public sealed partial record ModelName
{
    private const string DefaultRevision = "main";
    private const int LongestRepository = 96;

    private ModelName(string repository, string? revision, string? subfolder) =>
        (Repository, AskedRevision, Subfolder) = (repository, revision, subfolder);

    /// <summary>The repository, <c>org/name</c>.</summary>
    public string Repository { get; }

    /// <summary>The branch, tag or commit; <c>main</c> where none was given.</summary>
    public string Revision => AskedRevision ?? DefaultRevision;

    /// <summary>The folder of the repository that the model lies in, with forward slashes; null for its root.</summary>
    public string? Subfolder { get; }

    /// <summary>How it is called where no other name was given: the last part of the subfolder, or of the repository.</summary>
    public string ShortName => (Subfolder ?? Repository).Split('/')[^1];

    /// <summary>Null where none was given.</summary>
    internal string? AskedRevision { get; }

    /// <summary>Whether a text has the form of a name. What begins with <c>.</c>, <c>/</c> or <c>~</c>, or has a backslash, is a path.</summary>
    /// <param name="text">The text.</param>
    public static bool IsName(string? text) => text is not null && Form().IsMatch(text);

    /// <summary>Reads a name.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="HubException">It is no name, or its revision or subfolder cannot be one (code <c>invalid_request</c>).</exception>
    public static ModelName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var match = Form().Match(text);
        if (!match.Success)
        {
            throw Invalid(text, "it must be org/name[@revision][:subfolder]");
        }

        var repository = match.Groups["repository"].Value;
        var (revision, subfolder) = (Given("revision"), Given("subfolder"));
        return repository.Length > LongestRepository ? throw Invalid(text, $"'{repository}' has more than {LongestRepository} characters")
            : repository.Split('/').Any(part => part.EndsWith('.') || part.EndsWith('-') || part.EndsWith(".git", StringComparison.Ordinal))
                || repository.Contains("--", StringComparison.Ordinal) || repository.Contains("..", StringComparison.Ordinal)
                ? throw Invalid(text, $"'{repository}' has '--' or '..', or a part of it ends with '-', '.' or '.git'")
            : revision is not null && !IsInside(revision) ? throw Invalid(text, $"'{revision}' is no branch, tag or commit")
            : subfolder is not null && !IsInside(subfolder) ? throw Invalid(text, $"'{subfolder}' is no folder of a repository")
            : new ModelName(repository, revision, subfolder?.TrimEnd('/'));

        string? Given(string group) => match.Groups[group] is { Success: true, Value: var value } ? value : null;
    }

    /// <summary>Whether a path with forward slashes stays below the folder that it starts in.</summary>
    internal static bool IsInside(string path) => path.Length > 0
        && path.TrimEnd('/').Split('/').All(part => part is not ("" or "." or "..") && !part.AsSpan().ContainsAny('\\', ':', '\0'));

    /// <summary>The name as it is written.</summary>
    public override string ToString() =>
        Repository + (AskedRevision is null ? "" : "@" + AskedRevision) + (Subfolder is null ? "" : ":" + Subfolder);

    private static HubException Invalid(string text, string reason) =>
        new(ErrorCodes.InvalidRequest, $"'{text}' is not the name of a model: {reason}.", text);

    [GeneratedRegex(@"^(?<repository>[A-Za-z0-9][\w.-]*/[A-Za-z0-9_][\w.-]*)(@(?<revision>[^@:\s\\]+))?(:(?<subfolder>[^:\s\\]+))?\z", RegexOptions.ECMAScript)]
    private static partial Regex Form();
}
