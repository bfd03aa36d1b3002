using System.Runtime.CompilerServices;
using LmDeploy.Cli.Benchmarks;
using LmDeploy.Cli.Benchmarks.Serving;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Cli.Tests.Benchmarks.Serving;

public sealed class ServeRunTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Run_TimesTokensFromTheRequestOn()
    {
        var figures = await RunAsync([Request(4)], concurrency: 1, (_, cancellationToken) => Arrive([(30, 1), (10, 1), (20, 2)], cancellationToken));
        figures.Duration.ShouldBe(TimeSpan.FromMilliseconds(60));
        figures.OutputTokens.ShouldBe(4);
        figures.InputTokens.ShouldBe(2);
        figures.FirstToken.ShouldBe(new Percentiles(30, 30, 30));
        figures.Latency.ShouldBe(new Percentiles(60, 60, 60));

        // 10 for the second token; the last two share 20.
        figures.Gap.P50.ShouldBe(10);
        figures.PerToken.ShouldBe(new Percentiles(10, 10, 10));
        figures.OutputTokensPerSecond.ShouldBe(4 / 0.06, 1e-9);
        figures.RequestsPerSecond.ShouldBe(1 / 0.06, 1e-9);
    }

    [Fact]
    public async Task Run_SendsNoMoreThanItMayAtOnce()
    {
        var gate = new TaskCompletionSource();
        var (running, most, begun) = (0, 0, new SemaphoreSlim(0));
        var run = RunAsync([.. Enumerable.Range(0, 20).Select(_ => Request(1))], concurrency: 3, Ask);
        for (var i = 0; i < 3; i++)
        {
            await begun.WaitAsync().InTime();
        }

        Volatile.Read(ref running).ShouldBe(3);
        gate.SetResult();
        (await run.InTime()).Requests.ShouldBe(20);
        most.ShouldBe(3);

        async IAsyncEnumerable<int> Ask(ServeRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            begun.Release();
            await gate.Task;
            yield return 1;
            Interlocked.Decrement(ref running);
        }
    }

    [Fact]
    public async Task Run_CountsWhatFailed_AndMeasuresTheRest()
    {
        var figures = await RunAsync([Request(1), Request(2), Request(1)], concurrency: 1, Ask);
        (figures.Requests, figures.Failed, figures.OutputTokens).ShouldBe((2, 1, 2));
        figures.Failure!.Code.ShouldBe("queue_full");
        figures.FirstToken.ShouldBe(new Percentiles(5, 5, 5));

        async IAsyncEnumerable<int> Ask(ServeRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            _time.Advance(TimeSpan.FromMilliseconds(5));
            yield return request.NewTokens == 1 ? 1 : throw new LmDeployException("queue_full", "Full.");
        }
    }

    [Fact]
    public async Task Run_CountsTheWaitingOfRequestsThatArrivedAndFoundNoRoom()
    {
        // The second one arrives 10 ms after the first, which takes 30.
        var run = new ServeRun(new Source((_, cancellationToken) => Arrive([(30, 1)], cancellationToken)), _time);
        var running = run.RunAsync([Request(1), Request(1)], concurrency: 1, [TimeSpan.Zero, TimeSpan.FromMilliseconds(10)], CancellationToken.None);
        (await running.InTime()).Latency.ShouldBe(Percentiles.Of([30, 50]));
    }

    private static ServeRequest Request(int newTokens) => new([7, 8], newTokens);

    private Task<ServeFigures> RunAsync(
        IReadOnlyList<ServeRequest> requests, int concurrency, Func<ServeRequest, CancellationToken, IAsyncEnumerable<int>> ask) =>
        new ServeRun(new Source(ask), _time).RunAsync(requests, concurrency, null, CancellationToken.None).InTime();

    private async IAsyncEnumerable<int> Arrive((int Milliseconds, int Tokens)[] arrivals, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (milliseconds, tokens) in arrivals)
        {
            await Task.CompletedTask;
            cancellationToken.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            yield return tokens;
        }
    }

    private sealed class Source(Func<ServeRequest, CancellationToken, IAsyncEnumerable<int>> ask) : ITokenSource
    {
        public IAsyncEnumerable<int> AskAsync(ServeRequest request, CancellationToken cancellationToken) => ask(request, cancellationToken);
    }
}
