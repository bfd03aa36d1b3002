using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LmDeploy.V1;

namespace LmDeploy.Tests.Supervisors;

/// <summary>One call that holds a pipeline, from the supervisor's side.</summary>
internal sealed class Holding(
    FakeSupervisor supervisor, OpenPipeline open, IAsyncStreamReader<HoldRequest> requests, IServerStreamWriter<HoldEvent> events, ServerCallContext context)
{
    public OpenPipeline Open => open;

    public CancellationToken Broken => context.CancellationToken;

    public Task SendAsync(HoldEvent e) => events.WriteAsync(e);

    public Task BecomeReadyAsync(V1.ModelInfo? model = null) => SendAsync(new HoldEvent
    {
        Ready = new PipelineReady
        {
            Key = "key",
            Id = "p1",
            WorkerPid = 4711,
            LoadTime = Duration.FromTimeSpan(TimeSpan.FromSeconds(0.25)),
            Model = model ?? new V1.ModelInfo { Architecture = "llama", Parameters = 147776, SessionLen = 512 },
        },
    });

    public Task FailAsync(string code, string message)
        => SendAsync(new HoldEvent { Failed = new PipelineFailed { Error = new Error { Code = code, Message = message } } });

    public async Task WaitForHalfCloseAsync()
    {
        while (await requests.MoveNext(context.CancellationToken))
        {
        }
    }

    public async Task ReleaseAsync()
    {
        Interlocked.Increment(ref supervisor.Released);
        await SendAsync(new HoldEvent
        {
            Released = new V1.ReclaimReceipt
            {
                Verdict = V1.ReclaimVerdict.Reclaimed,
                WorkerPid = 4711,
                Memory = V1.MemoryKind.Rss,
                HeldBytes = 1000,
                PeakBytes = 2000,
                ReclaimedBytes = 1000,
                Time = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(12.5)),
                How = V1.WorkerExit.Exited,
                ExitCode = 0,
            },
        });
    }
}
