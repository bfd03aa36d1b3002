using LmDeploy.Worker.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LmDeploy.Worker.Tests.Hosting;

public sealed class WorkerHostTests
{
    /// <summary>The supervisor cannot connect a second time.</summary>
    [Fact]
    public void Configure_KeepsAnIdleConnectionAndAsksWhetherItsEndIsThere()
    {
        var kestrel = new KestrelServerOptions();
        WorkerHost.Configure(kestrel, "/nowhere/worker.sock", () => { });
        kestrel.Limits.KeepAliveTimeout.ShouldBeInRange(TimeSpan.FromDays(365), TimeSpan.FromDays(36500), "longer ones overflow in Kestrel");
        (kestrel.Limits.Http2.KeepAlivePingDelay + kestrel.Limits.Http2.KeepAlivePingTimeout).ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }
}
