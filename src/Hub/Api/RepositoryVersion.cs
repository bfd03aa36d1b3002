namespace LmDeploy.Hub.Api;

/// <summary>A repository at a commit.</summary>
/// <param name="Repository">The name that was asked for.</param>
/// <param name="Commit">The commit.</param>
/// <param name="Paths">All its files.</param>
/// <param name="Known">Those whose size and digest the list gives.</param>
internal sealed record RepositoryVersion(
    string Repository, string Commit, IReadOnlyList<string> Paths, IReadOnlyDictionary<string, RepositoryFile> Known);
