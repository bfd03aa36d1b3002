using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace LmDeploy.Browser.Tests;

/// <summary>Answers a page's chats in place of the server, and keeps what was asked.</summary>
internal sealed class Scripted
{
    private readonly List<JsonElement> _bodies = [];

    /// <summary>The pieces of the next answers.</summary>
    public string[] Pieces { get; set; } = ["ok"];

    /// <summary>The requests so far, oldest first.</summary>
    public IReadOnlyList<JsonElement> Bodies => _bodies;

    /// <summary>Completes when the answers may come; until then requests wait.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public Task AnswerAsync(IPage page) => page.RouteAsync("**/v1/chat/completions", async route =>
    {
        _bodies.Add(JsonDocument.Parse(route.Request.PostData!).RootElement.Clone());
        await Gate;
        var events = new StringBuilder();
        foreach (var piece in Pieces)
        {
            var data = new { choices = new[] { new { index = 0, delta = new { content = piece } } } };
            events.Append("data: ").Append(JsonSerializer.Serialize(data)).Append("\n\n");
        }

        await route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/event-stream", Body = events.Append("data: [DONE]\n\n").ToString() });
    });
}
