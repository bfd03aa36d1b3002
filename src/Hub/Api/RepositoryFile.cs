namespace LmDeploy.Hub.Api;

/// <summary>A file of a repository.</summary>
/// <param name="Path">Its path in it, with forward slashes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Digest">SHA-256 of a large file (LFS), SHA-1 of a Git blob otherwise, in small hexadecimal digits: what the hub gives as its ETag.</param>
internal sealed record RepositoryFile(string Path, long Size, string Digest)
{
    private const int Sha256Digits = 64;

    /// <summary>Whether the digest is SHA-256 of the content; otherwise it is SHA-1 of <c>blob SIZE\0</c> and the content.</summary>
    public bool IsSha256 => Digest.Length == Sha256Digits;

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
