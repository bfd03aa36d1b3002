namespace LmDeploy.Text.Tests.Tokenization;

/// <summary>Where the tests' tokenizers are in the output.</summary>
internal static class TestData
{
    /// <summary>One checkpoint for each architecture; the others are variants of them.</summary>
    public static TheoryData<string> Families => [.. Directory.GetDirectories(Golden(""))
        .Where(folder => File.Exists(Path.Combine(folder, "tokenizer.json")))
        .Select(folder => Path.GetFileName(folder))
        .Order(StringComparer.Ordinal)];

    public static string Golden(string family) => Path.Combine(AppContext.BaseDirectory, "Golden", family);
}
