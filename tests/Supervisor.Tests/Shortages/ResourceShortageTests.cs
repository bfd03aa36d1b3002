using System.ComponentModel;
using System.Net.Sockets;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.Supervisor.Tests.TestDoubles;
using Microsoft.Extensions.Time.Testing;

namespace LmDeploy.Supervisor.Tests.Shortages;

public sealed class ResourceShortageTests
{
    public static TheoryData<Exception, bool> Failures => new()
    {
        { new IOException("Too many open files : '/proc'", 24), true },
        { new IOException("Too many open files in system", 23), true },
        { new IOException("No such file", 2), false },
        { new FileNotFoundException("config.json"), false },
        { new Win32Exception(11), true },
        { new Win32Exception(12), true },
        { new Win32Exception(2), false },
        { new SocketException((int)SocketError.TooManyOpenSockets), true },
        { new SocketException((int)SocketError.ConnectionRefused), false },
        { new InsufficientMemoryException(), true },
        { new HttpRequestException("no connection", new SocketException((int)SocketError.TooManyOpenSockets)), true },
        { new InvalidOperationException("other"), false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Is_TellsWhatPasses(Exception failure, bool passes) => ResourceShortage.Is(failure).ShouldBe(passes);

    [Fact]
    public async Task Retry_GoesOnUntilItPasses()
    {
        var time = new FakeTimeProvider();
        var attempts = 0;
        var running = new ShortageRetry(time).RunAsync(
            () => ++attempts < 20 ? Task.FromException<int>(new IOException("Too many open files", 24)) : Task.FromResult(attempts), CancellationToken.None);

        await Deadline.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return running.IsCompleted;
            },
            "the shortage passes");

        (await running).ShouldBe(20);
    }

    [Fact]
    public async Task Retry_ThrowsOtherFailuresAtOnce() => await Should.ThrowAsync<InvalidOperationException>(
        () => new ShortageRetry(new FakeTimeProvider()).RunAsync(() => Task.FromException<int>(new InvalidOperationException()), CancellationToken.None));

    [Fact]
    public async Task Retry_EndsWithTheCaller()
    {
        using var gaveUp = new CancellationTokenSource();
        var running = new ShortageRetry(new FakeTimeProvider()).RunAsync(() => Task.FromException<int>(new InsufficientMemoryException()), gaveUp.Token);
        await gaveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running.InTime());
    }
}
