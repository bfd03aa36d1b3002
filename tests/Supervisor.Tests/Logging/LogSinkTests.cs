using System.Text;
using LmDeploy.Logging;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Logging;

public sealed class LogSinkTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(200_000)]
    public async Task Write_WhileNobodyTakesLines_KeepsSoMuchAndNoMore(int length)
    {
        using var stream = new FrozenStream();
        var sink = new LogSink("test", line => stream.Write(line));
        var count = 3 * LogSink.LongestBacklogBytes / length;
        for (var i = 0; i < count; i++)
        {
            sink.Write(new string('x', length));
        }

        stream.Thaw();
        await sink.CloseAsync().InTime();

        stream.Length.ShouldBeInRange(LogSink.LongestBacklogBytes - length, LogSink.LongestBacklogBytes);
        sink.Dropped.ShouldBe(count - (stream.Length / length));
    }

    [Fact]
    public async Task Write_ALineThatNeverFits_DropsItAndSaysSo()
    {
        using var stream = new FrozenStream();
        stream.Thaw();
        var sink = new LogSink("test", line => stream.Write(line));

        sink.Write(new string('x', LogSink.LongestBacklogBytes + 1));
        sink.Write("next");
        await sink.CloseAsync().InTime();

        Encoding.UTF8.GetString(stream.ToArray()).ShouldBe($"[1 lines were dropped here: the output was blocked]{Environment.NewLine}next");
    }
}
