using System.Threading.Channels;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Lifecycle;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Lifecycle;

public sealed class RestartPolicyTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Channel<TimeSpan> _restarts = Channel.CreateUnbounded<TimeSpan>();
    private int _lives;

    [Fact]
    public async Task RunAsync_ReplacesTheFirstAtOnce_ThenTheDelayGrowsWithJitterUpToTenSeconds()
    {
        const int Deaths = 12;
        var end = Policy(Deaths).RunAsync(_ => Die(hasServed: false), CancellationToken.None);
        var delays = new List<TimeSpan>();
        while (delays.Count < Deaths)
        {
            delays.Add(await NextDelayAsync());
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        (await end.InTime()).Error.Message.ShouldContain("13 workers died");
        delays[0].ShouldBe(TimeSpan.Zero);
        delays.ShouldAllBe(delay => delay <= TimeSpan.FromSeconds(10));
        delays.Skip(1).ShouldAllBe(delay => delay > TimeSpan.Zero);
        delays.TakeLast(3).Average(delay => delay.TotalSeconds).ShouldBeGreaterThan(10 * delays[1].TotalSeconds, "it grows");
        delays.Skip(1).Take(4).Select(delay => delay.TotalMilliseconds % 100).ShouldContain(rest => rest > 0.001, "part of it is left to chance");
    }

    [Fact]
    public async Task RunAsync_ReplacesAWorkerThatServedAtOnce_AndForgetsTheBackOff()
    {
        var served = new[] { false, false, false, true, true, false };
        var end = Policy(served.Length - 1).RunAsync(_ => Die(served[_lives]), CancellationToken.None);
        var delays = new List<TimeSpan>();
        while (delays.Count < served.Length - 1)
        {
            delays.Add(await NextDelayAsync());
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await end.InTime();
        delays[2].ShouldBeGreaterThan(TimeSpan.Zero);
        delays[3].ShouldBe(TimeSpan.Zero);
        delays[4].ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task RunAsync_EndsWithADeathThatIsFinal()
    {
        var cause = Cause(1);
        var end = await Policy(5).RunAsync(_ => Task.FromResult(new WorkerDeath(cause, HasServed: true, IsFinal: true)), CancellationToken.None).InTime();

        end.ShouldBeSameAs(cause);
        _restarts.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task RunAsync_EndsDuringTheBackOffWhenItIsStopped()
    {
        using var stopping = new CancellationTokenSource();
        var end = Policy(5).RunAsync(_ => Die(hasServed: false), stopping.Token);
        await NextDelayAsync();
        await NextDelayAsync();

        await stopping.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(end.InTime());
        _lives.ShouldBe(2, "the clock stands still");
    }

    [Theory]
    [InlineData(ErrorCodes.WorkerCrashed, true)]
    [InlineData(ErrorCodes.WorkerStartFailed, true)]
    [InlineData(ErrorCodes.InsufficientMemory, true)]
    [InlineData(ErrorCodes.ModelNotFound, false)]
    [InlineData(ErrorCodes.InvalidCheckpoint, false)]
    [InlineData(ErrorCodes.NativeLibrary, false)]
    [InlineData(ErrorCodes.ProtocolMismatch, false)]
    public void IsWorthRetrying_OnlyWhatMayPass(string code, bool expected) => RestartPolicy.IsWorthRetrying(new Error { Code = code }).ShouldBe(expected);

    [Fact]
    public void IsWorthRetrying_NotWhatSaysThatItIsNot() =>
        RestartPolicy.IsWorthRetrying(new Error { Code = ErrorCodes.WorkerCrashed, Failure = new WorkerFailure { ExitCode = Protocol.ExitForGood } })
            .ShouldBeFalse();

    private static SupervisorException Cause(int number) => new(ErrorCodes.WorkerCrashed, $"cause {number}");

    private RestartPolicy Policy(int maxRestarts) =>
        new(new RestartIntensity(maxRestarts, TimeSpan.FromHours(1), _time), delay => _restarts.Writer.TryWrite(delay), _time);

    private Task<WorkerDeath> Die(bool hasServed) => Task.FromResult(new WorkerDeath(Cause(++_lives), hasServed, IsFinal: false));

    private async Task<TimeSpan> NextDelayAsync() => await _restarts.Reader.ReadAsync().AsTask().InTime("the next restart");
}
