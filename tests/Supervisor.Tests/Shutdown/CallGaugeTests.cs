using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Shutdown;
using LmDeploy.Supervisor.Tests.TestDoubles;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Shutdown;

public sealed class CallGaugeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly StopSignal _stop = new();

    [Fact]
    public void NoCall_EndsAfterTheTimeout()
    {
        using var gauge = Create(Timeout);

        _time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
        _stop.Requested.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));

        _stop.Requested.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public async Task CallUnderWay_KeepsTheSupervisor_AndItsEndStartsTheClock()
    {
        using var gauge = Create(Timeout);
        var response = new UnsentResponse();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseFeature>(response);

        await gauge.CountAsync(context, _ => Task.CompletedTask).InTime();
        _time.Advance(10 * Timeout);
        _stop.Requested.IsCompleted.ShouldBeFalse("the end of the answer is still to be sent");
        gauge.DrainAsync().IsCompleted.ShouldBeFalse();
        await response.SendAsync().InTime();
        await gauge.DrainAsync().InTime();
        _time.Advance(Timeout / 2);
        _stop.Requested.IsCompleted.ShouldBeFalse();
        _time.Advance(Timeout / 2);

        _stop.Requested.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void Zero_StaysForEver()
    {
        using var gauge = Create(TimeSpan.Zero);

        _time.Advance(TimeSpan.FromDays(365));

        _stop.Requested.IsCompleted.ShouldBeFalse();
    }

    /// <summary>A response whose end is sent when the test says so.</summary>
    private sealed class UnsentResponse : HttpResponseFeature
    {
        private Func<Task> _onCompleted = () => Task.CompletedTask;

        public override void OnCompleted(Func<object, Task> callback, object state) => _onCompleted = () => callback(state);

        public Task SendAsync() => _onCompleted();
    }

    private CallGauge Create(TimeSpan timeout) => new(new SupervisorOptions { Socket = "/s/s", Home = "/", IdleTimeout = timeout }, _stop, _time);
}
