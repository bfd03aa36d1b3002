using Grpc.Core;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

/// <summary>A client that holds a pipeline.</summary>
internal sealed class Holder(AsyncDuplexStreamingCall<HoldRequest, HoldEvent> call) : IDisposable
{
    public List<HoldEvent> Events { get; } = [];

    public PipelineReady Ready { get; private set; } = new();

    public async Task<HoldEvent> NextAsync()
    {
        (await call.ResponseStream.MoveNext(CancellationToken.None).InTime("the next event of Hold")).ShouldBeTrue("Hold ended early");
        Events.Add(call.ResponseStream.Current);
        return call.ResponseStream.Current;
    }

    public async Task<Holder> UntilReadyAsync()
    {
        while ((await NextAsync()).EventCase != HoldEvent.EventOneofCase.Ready)
        {
        }

        Ready = Events[^1].Ready;
        return this;
    }

    /// <summary>Everything until the call ends, which it has to do well; a supervisor that ends itself may cut the connection after the receipt.</summary>
    public async Task<List<HoldEvent>> RestAsync()
    {
        var rest = new List<HoldEvent>();
        try
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None).InTime("the end of Hold"))
            {
                rest.Add(call.ResponseStream.Current);
            }
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Internal && rest.Count > 0 && rest[^1].EventCase == HoldEvent.EventOneofCase.Released)
        {
        }

        return rest;
    }

    public async Task<ReclaimReceipt> DisposePipelineAsync()
    {
        await call.RequestStream.CompleteAsync();
        return (await RestAsync()).Last().Released;
    }

    /// <summary>Breaks the call, as a client that dies does.</summary>
    public void Dispose() => call.Dispose();
}
