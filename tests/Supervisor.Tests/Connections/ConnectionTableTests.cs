using LmDeploy.Supervisor.Connections;
using LmDeploy.Supervisor.Tests.TestDoubles;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Connections;

public sealed class ConnectionTableTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ConnectionTable _table;
    private int _most = 3;

    public ConnectionTableTests() => _table = new ConnectionTable(() => _most, _time, NullLogger<ConnectionTable>.Instance);

    public void Dispose() => _table.Dispose();

    [Fact]
    public async Task FullTable_ClosesTheOldestThatNeverHadARequest()
    {
        var first = await AddAsync();
        var second = await AddAsync();
        var third = await AddAsync();
        await RequestAsync(first);

        var fourth = await AddAsync();

        second.IsClosed.ShouldBeTrue("the oldest without a request so far");
        first.IsClosed.ShouldBeFalse();
        third.IsClosed.ShouldBeFalse();
        fourth.IsClosed.ShouldBeFalse();
        _table.Count.ShouldBe(3);
    }

    [Fact]
    public async Task FullTable_ClosesIdleOnesLast()
    {
        var first = await AddAsync();
        var second = await AddAsync();
        var third = await AddAsync();
        await RequestAsync(third);
        await RequestAsync(first);
        await RequestAsync(second);

        await AddAsync();
        third.IsClosed.ShouldBeTrue("idle for longest");
        first.IsClosed.ShouldBeFalse();
    }

    [Fact]
    public async Task FullTable_RefusesWhileAllHaveARequest()
    {
        var answers = new List<TaskCompletionSource>();
        for (var i = 0; i < 3; i++)
        {
            answers.Add(new TaskCompletionSource());
            _ = BeginAsync(await AddAsync(), answers[i].Task);
        }

        var refused = new FakeConnectionContext(_table);
        (await _table.TryAddAsync(refused.Context)).ShouldBeFalse();
        _table.Count.ShouldBe(3);

        answers[1].SetResult();
        (await _table.TryAddAsync(refused.Context)).ShouldBeTrue("one is idle now, and makes room");
    }

    [Fact]
    public async Task SilentConnection_IsClosedAfterItsTime()
    {
        var silent = await AddAsync();
        _time.Advance(ConnectionTable.SilenceTimeout / 2);
        var later = await AddAsync();
        var used = await AddAsync();
        await RequestAsync(used);

        _time.Advance(ConnectionTable.SilenceTimeout / 2);
        await silent.Ended.InTime("20 s without a request");
        later.IsClosed.ShouldBeFalse();

        _time.Advance(ConnectionTable.SilenceTimeout / 2);
        await later.Ended.InTime("20 s without a request");
        used.IsClosed.ShouldBeFalse("Kestrel's keep-alive decides about those that had a request");
    }

    [Fact]
    public async Task SmallerLimit_HoldsForTheNextOne()
    {
        var first = await AddAsync();
        await AddAsync();
        _most = 2;

        await AddAsync();

        first.IsClosed.ShouldBeTrue("a model that was loaded meanwhile needs descriptors of its own");
    }

    [Theory]
    [InlineData(1024, 0, 704)]
    [InlineData(1024, 3, 608)]
    [InlineData(65536, 10, 64896)]
    [InlineData(512, 20, 32)]
    public void Limit_LeavesTheReserveAndWhatPipelinesNeed(long descriptors, int pipelines, int connections) =>
        new DescriptorLimit(descriptors).ConnectionsBeside(pipelines).ShouldBe(connections);

    private async Task<FakeConnectionContext> AddAsync()
    {
        var connection = new FakeConnectionContext(_table);
        (await _table.TryAddAsync(connection.Context).AsTask().InTime("a place")).ShouldBeTrue();
        return connection;
    }

    private Task RequestAsync(FakeConnectionContext connection) => BeginAsync(connection, Task.CompletedTask);

    private Task BeginAsync(FakeConnectionContext connection, Task answer) =>
        _table.TrackAsync(new DefaultHttpContext(connection.Context.Features), _ => answer);

    /// <summary>A connection that runs until it is aborted.</summary>
    private sealed class FakeConnectionContext
    {
        private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public FakeConnectionContext(ConnectionTable table)
        {
            Context = new AbortableContext(_aborted);
            Ended = table.RunAsync(Context, _ => _aborted.Task);
        }

        public ConnectionContext Context { get; }

        public Task Ended { get; }

        public bool IsClosed => _aborted.Task.IsCompleted;

        private sealed class AbortableContext(TaskCompletionSource aborted) : DefaultConnectionContext
        {
            public override void Abort(ConnectionAbortedException abortReason) => aborted.TrySetResult();
        }
    }
}
