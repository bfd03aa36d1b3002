using System.Text.Json;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>Joins the pieces of a streamed chat.</summary>
internal sealed class StreamedParts
{
    private readonly List<(string Name, string Arguments)> _calls = [];
    private string _content = "";
    private string _reasoning = "";
    private string _finishReason = "";

    public AnswerParts Joined =>
        new(_content, _reasoning, string.Join(' ', _calls.Select(call => call.Name + AnswerParts.Compact(call.Arguments))), _finishReason);

    public void Add(JsonElement piece)
    {
        var choice = piece.GetProperty("choices")[0];
        var delta = choice.GetProperty("delta");
        _content += delta.TryGetProperty("content", out var content) ? content.GetString() : "";
        _reasoning += delta.TryGetProperty("reasoning_content", out var reasoning) ? reasoning.GetString() : "";
        _finishReason = choice.GetProperty("finish_reason").GetString() ?? _finishReason;
        foreach (var call in delta.TryGetProperty("tool_calls", out var calls) ? calls.EnumerateArray() : default)
        {
            var function = call.GetProperty("function");
            if (function.TryGetProperty("name", out var name))
            {
                call.GetProperty("index").GetInt32().ShouldBe(_calls.Count);
                _calls.Add((name.GetString()!, ""));
            }

            _calls[^1] = (_calls[^1].Name, _calls[^1].Arguments + function.GetProperty("arguments").GetString());
        }
    }
}
