using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;

namespace LmDeploy.EndToEnd.Tests.Attacks.Storms;

/// <summary>Signals that end or stop a worker, and some that stop the supervisor for a moment.</summary>
internal sealed class SignalAttack(Server server, Chance chance) : Attack(server, chance)
{
    private const int Abort = 6;
    private const int Killed = 9;
    private const int Segfault = 11;
    private const int Terminated = 15;
    private const int ContinueSignal = 18;
    private const int StopSignal = 19;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(1);
    private static readonly int[] Ends = [Abort, Killed, Killed, Segfault, Terminated];

    protected override string Name => "signals";

    protected override async Task StrikeAsync(CancellationToken end)
    {
        await PauseAsync(LongestPause, end);
        var workers = Server.Sandbox.Workers;
        var target = Chance.Below(8) == 0 || workers.Count == 0 ? Server.Pid : workers[Chance.Below(workers.Count)];
        if (target != Server.Pid && Chance.Below(4) > 0)
        {
            Signals.TrySend(target, Ends[Chance.Below(Ends.Length)]);
            return;
        }

        // A process that stands still for a moment goes on where it was.
        Signals.TrySend(target, StopSignal);
        await PauseAsync(LongestStop, CancellationToken.None);
        Signals.TrySend(target, ContinueSignal);
    }
}
