using System.Diagnostics;
using System.Text.Json;

namespace LmDeploy.EndToEnd.Tests.Processes;

/// <summary>Waits for what another process does; a wait that fails says what was awaited and what was seen.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    public static async Task BeAsync<T>(Func<T> look, Func<T, bool> expected, string what, TimeSpan deadline)
    {
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Poll);
        var seen = look();
        while (!expected(seen))
        {
            if (watch.Elapsed > deadline)
            {
                throw new TimeoutException($"Waited {deadline.TotalSeconds} s for {what}; last seen: {JsonSerializer.Serialize(seen)}");
            }

            await timer.WaitForNextTickAsync();
            seen = look();
        }
    }
}
