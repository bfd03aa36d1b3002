using System.Diagnostics;
using System.Net;
using System.Text;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks;

/// <summary>
/// A caller who asks one short question after the other, each on a connection of its own, while something else goes on. Every answer has to be a good
/// one; how long they took is for the figures.
/// </summary>
internal sealed class Caller : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _end = new();
    private readonly List<TimeSpan> _answers = [];
    private readonly Task _asking;

    public Caller(Server server, string model = "pebble") => _asking = Task.Run(() => AskAsync(server, model));

    /// <summary>How long each answer took.</summary>
    public IReadOnlyList<TimeSpan> Answers => _answers;

    public TimeSpan Worst => _answers.Count == 0 ? TimeSpan.Zero : _answers.Max();

    /// <summary>Asks no more, and fails where an answer was no good one.</summary>
    public async Task<IReadOnlyList<TimeSpan>> StopAsync()
    {
        await _end.CancelAsync();
        await _asking;
        return _answers;
    }

    public void Dispose() => _end.Dispose();

    private async Task AskAsync(Server server, string model)
    {
        while (!_end.IsCancellationRequested)
        {
            using var client = new HttpClient { BaseAddress = server.Address, Timeout = Patience };
            using var question = new StringContent($$"""{"model":"{{model}}","prompt":"a","max_tokens":2}""", Encoding.UTF8, "application/json");
            var watch = Stopwatch.StartNew();
            using var answer = await client.PostAsync("/v1/completions", question);
            var text = await answer.Content.ReadAsStringAsync();
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
            _answers.Add(watch.Elapsed);
        }
    }
}
