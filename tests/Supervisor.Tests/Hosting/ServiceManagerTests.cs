using System.Net.Sockets;
using System.Text;
using LmDeploy.Supervisor.Hosting;
using LmDeploy.Supervisor.Tests.TestDoubles;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Hosting;

/// <summary>What a service manager is told, over a real socket.</summary>
public sealed class ServiceManagerTests : IDisposable
{
    private static readonly TimeSpan Half = TimeSpan.FromSeconds(15);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ReadyThenSignsOfLifeThenStopping_AreTold(bool isAbstract)
    {
        using var service = Find(isAbstract, ("WATCHDOG_USEC", "30000000"), ("WATCHDOG_PID", Environment.ProcessId.ToString()));
        service.Ready(() => { });
        Receive().ShouldBe("READY=1");
        _manager.Available.ShouldBe(0);
        _time.Advance(Half);
        Receive().ShouldBe("WATCHDOG=1");
        _time.Advance(Half);
        Receive().ShouldBe("WATCHDOG=1");
        service.Stopping();
        Receive().ShouldBe("STOPPING=1");
    }

    [Fact]
    public void WhatIsNotHealthy_ShowsNoLife_UntilItIsAgain()
    {
        Action look = () => throw new InvalidOperationException();
        using var service = Find(false, ("WATCHDOG_USEC", "30000000"));
        service.Ready(() => look());
        Receive().ShouldBe("READY=1");
        _time.Advance(2 * Half);
        _manager.Available.ShouldBe(0);
        look = () => { };
        _time.Advance(Half);
        Receive().ShouldBe("WATCHDOG=1");
    }

    [Theory]
    [InlineData("WATCHDOG_USEC", "0")]
    [InlineData("WATCHDOG_USEC", "soon")]
    [InlineData("WATCHDOG_PID", "1")]
    public void WatchdogOfNobodyOrOfAnother_IsNotAnswered(string name, string value)
    {
        using var service = Find(false, [.. name == "WATCHDOG_USEC" ? [] : new[] { ("WATCHDOG_USEC", "30000000") }, (name, value)]);
        service.Ready(() => { });
        Receive().ShouldBe("READY=1");
        _time.Advance(10 * Half);
        _manager.Available.ShouldBe(0);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/absent/notify")]
    public void ManagerThatIsNotThere_ChangesNothing(string? socket)
    {
        using var service = ServiceManager.Find(name => name == "NOTIFY_SOCKET" ? socket : name == "WATCHDOG_USEC" ? "30000000" : null, _time);
        service.Ready(() => { });
        Should.NotThrow(() => _time.Advance(Half));
        Should.NotThrow(service.Stopping);
    }

    public void Dispose()
    {
        _manager.Dispose();
        _folder.Dispose();
    }

    private ServiceManager Find(bool isAbstract, params (string Name, string Value)[] variables)
    {
        var name = isAbstract ? $"@lmdeploy-test-{Guid.NewGuid():N}" : Path.Combine(_folder.Path, "notify");
        _manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name[1..] : name));
        return ServiceManager.Find(asked => asked == "NOTIFY_SOCKET" ? name : variables.FirstOrDefault(variable => variable.Name == asked).Value, _time);
    }

    private string Receive()
    {
        var buffer = new byte[64];
        return Encoding.UTF8.GetString(buffer, 0, _manager.Receive(buffer));
    }
}
