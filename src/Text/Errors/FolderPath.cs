using System.Runtime.CompilerServices;

namespace LmDeploy.Text.Errors;

/// <summary>Checks arguments that name a folder.</summary>
internal static class FolderPath
{
    /// <exception cref="ArgumentException">It is null, empty, or has a character that no path can have.</exception>
    public static void Check(string? folder, [CallerArgumentExpression(nameof(folder))] string parameter = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(folder, parameter);
        if (folder.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{parameter}' has a null character at position {folder.IndexOf('\0', StringComparison.Ordinal)}.", parameter);
        }
    }
}
