using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks.Storms;

/// <summary>One kind of trouble for a server, made again and again by a task of its own until it is stopped.</summary>
internal abstract class Attack(Server server, Chance chance)
{
    private readonly CancellationTokenSource _end = new();
    private Task _task = Task.CompletedTask;

    /// <summary>How often the trouble was made.</summary>
    public int Count { get; private set; }

    /// <summary>What was made, for the report.</summary>
    protected abstract string Name { get; }

    protected Server Server { get; } = server;

    protected Chance Chance { get; } = chance;

    public void Start() => _task = Task.Run(RunAsync);

    /// <summary>Ends it and what it holds; fails when the server did something wrong.</summary>
    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await _task;
        _end.Dispose();
    }

    public override string ToString() => $"{Count} {Name}";

    /// <summary>Makes the trouble once, and undoes what outlasts it.</summary>
    protected abstract Task StrikeAsync(CancellationToken end);

    /// <summary>Waits for a random time, or for the end.</summary>
    protected async Task PauseAsync(TimeSpan longest, CancellationToken end) =>
        await Task.Delay(longest * (Chance.Below(1000) / 1000.0), end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            await StrikeAsync(_end.Token);
            Count++;
        }
    }
}
