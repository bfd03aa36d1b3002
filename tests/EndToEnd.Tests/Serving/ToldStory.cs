using System.Text.Json;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>One chat stream from its beginning to its end: its text, how it ended, and how many tokens the server counted.</summary>
internal sealed record ToldStory(string Text, string Reason, int Tokens)
{
    /// <summary>Asks for one of several stories: kinds that are even are greedy, the others sampled by a seed. An error in the stream fails it.</summary>
    public static async Task<ToldStory> TellAsync(
        HttpClient http, string model, int kind, int tokens, Action? onPiece = null, CancellationToken cancellationToken = default)
    {
        var body = JsonSerializer.Serialize(new
        {
            model,
            messages = new[] { new { role = "user", content = $"Story number {kind}" } },
            temperature = kind % 2,
            seed = 100 + kind,
            max_tokens = tokens,
            ignore_eos = true,
            stream = true,
            stream_options = new { include_usage = true },
        });
        var (text, reason, counted) = ("", "", 0);
        await foreach (var piece in EventReader.StreamAsync(http, "/v1/chat/completions", body, cancellationToken))
        {
            piece.TryGetProperty("error", out var error).ShouldBeFalse(error.ToString());
            if (piece.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
            {
                counted = usage.GetProperty("completion_tokens").GetInt32();
                continue;
            }

            var choice = piece.GetProperty("choices")[0];
            text += choice.GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : "";
            reason = choice.GetProperty("finish_reason").GetString() ?? reason;
            onPiece?.Invoke();
        }

        return new ToldStory(text, reason, counted);
    }
}
