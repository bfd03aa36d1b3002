namespace LmDeploy.Files;

/// <summary>
/// A Git LFS pointer: the small text that a checkout without Git LFS has in place of a large file.
/// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
/// </summary>
internal static class LfsPointer
{
    public const string Advice = "it is a Git LFS pointer, not the file itself; run \"git lfs pull\" in the folder or download the file again";

    private const int MostBytes = 1024;

    /// <summary>Whether a file is one.</summary>
    /// <param name="start">Its first bytes, 8 or more.</param>
    /// <param name="length">How many it has.</param>
    public static bool Is(ReadOnlySpan<byte> start, long length)
    {
        var beginning = "version https://git-lfs"u8;
        return length < MostBytes && start.Length >= 8 && beginning.StartsWith(start[..Math.Min(start.Length, beginning.Length)]);
    }
}
