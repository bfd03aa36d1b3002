using System.Text.Json;

namespace LmDeploy.Text.Tests.Tokenization;

/// <summary>The parts of a golden.json that concern the tokenizer.</summary>
internal sealed record GoldenCases(GoldenCases.Tokenization[] Tokenize, GoldenCases.Conversation[] Chat, GoldenCases.Prompt[] Prompts)
{
    private static readonly JsonSerializerOptions _options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public sealed record Tokenization(string Text, int[] Ids, string Decoded, string DecodedSkipSpecial);

    public sealed record Conversation(string Rendered, int[] Ids);

    public sealed record Prompt(string Text, int[] InputIds, int[] GreedyIds, string GreedyText);

    public static GoldenCases Read(string folder) =>
        JsonSerializer.Deserialize<GoldenCases>(File.ReadAllBytes(Path.Combine(folder, "golden.json")), _options)!;
}
