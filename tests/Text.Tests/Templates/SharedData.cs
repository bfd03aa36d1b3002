using System.Text.Json;
using LmDeploy.Tests.Checkouts;

namespace LmDeploy.Text.Tests.Templates;

/// <summary>Data that lies beside the repository, in <c>../shared</c>, and is not part of it.</summary>
internal static class SharedData
{
    /// <summary>The folder; null where it does not exist.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Why tests that need it are skipped; null where it exists.</summary>
    public static string? Missing => Folder is null ? "the folder 'shared' does not lie beside the repository" : null;

    public static string PathOf(params string[] parts) => Path.Combine([Folder!, .. parts]);

    public static JsonElement Json(params string[] parts) => JsonDocument.Parse(File.ReadAllText(PathOf(parts))).RootElement.Clone();

    private static string? Find()
    {
        var shared = Checkout.File("..", "shared");
        return Directory.Exists(shared) ? shared : null;
    }
}
