using System.Text.Json;

namespace LmDeploy.Tests.Golden;

/// <summary>A golden checkpoint and what transformers answered for it.</summary>
public sealed class GoldenModel
{
    private GoldenModel(string folder, IReadOnlyList<GoldenPrompt> prompts)
    {
        Folder = folder;
        Prompts = prompts;
    }

    public static string Root => Path.Combine(AppContext.BaseDirectory, "Golden");

    public string Folder { get; }

    public IReadOnlyList<GoldenPrompt> Prompts { get; }

    /// <summary>Whether its rope changes with the length of a sequence, so that nothing is shared.</summary>
    public bool KeysDependOnLength => File.ReadAllText(Path.Combine(Folder, "config.json")) is var config
        && (config.Contains("\"dynamic\"", StringComparison.Ordinal) || config.Contains("\"longrope\"", StringComparison.Ordinal));

    public static TheoryData<string> Names => [.. Directory.GetDirectories(Root).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    /// <summary>One checkpoint for each architecture, with a tokenizer; the others are variants of them.</summary>
    public static TheoryData<string> Families => [.. Directory.GetDirectories(Root)
        .Where(folder => File.Exists(Path.Combine(folder, "tokenizer.json")))
        .Select(folder => Path.GetFileName(folder))
        .Order(StringComparer.Ordinal)];

    public static GoldenModel Read(string name)
    {
        var folder = Path.Combine(Root, name);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        return new GoldenModel(folder, [.. json.RootElement.GetProperty("prompts").EnumerateArray().Select(GoldenPrompt.Read)]);
    }
}
