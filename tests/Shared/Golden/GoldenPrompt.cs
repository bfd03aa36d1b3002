using System.Text.Json;

namespace LmDeploy.Tests.Golden;

/// <summary>One prompt of a golden file; docs/adding-a-model.md says what each list holds.</summary>
public sealed record GoldenPrompt
{
    public required string? Text { get; init; }

    public required int[] InputIds { get; init; }

    public required (int Id, double Logit)[] LastLogitsTop { get; init; }

    public required double[] PromptLogprobs { get; init; }

    public required double Perplexity { get; init; }

    public required int[] GreedyIds { get; init; }

    public required double[] GreedyLogprobs { get; init; }

    public required double[] GreedyMargins { get; init; }

    /// <summary>How many greedy tokens a float32 engine must reproduce: up to the first whose margin is within the tolerance.</summary>
    public int DecidedTokens(double tolerance)
    {
        var undecided = Array.FindIndex(GreedyMargins, margin => margin < tolerance);
        return undecided < 0 ? GreedyIds.Length : undecided;
    }

    public static GoldenPrompt Read(JsonElement json) => new()
    {
        Text = json.GetProperty("text").GetString(),
        InputIds = Items(json, "input_ids", item => item.GetInt32()),
        LastLogitsTop = Items(json, "last_logits_top", item => (item[0].GetInt32(), item[1].GetDouble())),
        PromptLogprobs = Items(json, "prompt_logprobs", item => item.GetDouble()),
        Perplexity = json.GetProperty("ppl").GetDouble(),
        GreedyIds = Items(json, "greedy_ids", item => item.GetInt32()),
        GreedyLogprobs = Items(json, "greedy_logprobs", item => item.GetDouble()),
        GreedyMargins = Items(json, "greedy_margins", item => item.GetDouble()),
    };

    private static T[] Items<T>(JsonElement json, string name, Func<JsonElement, T> read) => [.. json.GetProperty(name).EnumerateArray().Select(read)];
}
