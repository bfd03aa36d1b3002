using System.Text.Json;
using LmDeploy.Supervisor.Logging;
using Microsoft.Extensions.Logging;

namespace LmDeploy.Supervisor.Tests.Logging;

public sealed class LogEntryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Text_HasTimeLevelAndSource() => Entry(LogLevel.Warning).Write(LogFormat.Text).ShouldBe(
        "2026-11-30T12:00:00.000Z Warning Pipeline: pipeline 6451ec (pebble): Loading -> Ready\n");

    [Theory]
    [InlineData(LogLevel.Critical, 2)]
    [InlineData(LogLevel.Error, 3)]
    [InlineData(LogLevel.Warning, 4)]
    [InlineData(LogLevel.Information, 6)]
    [InlineData(LogLevel.Debug, 7)]
    public void Journal_HasThePriorityAndNoTime(LogLevel level, int priority) =>
        Entry(level).Write(LogFormat.Journal).ShouldBe($"<{priority}>Pipeline: pipeline 6451ec (pebble): Loading -> Ready\n");

    [Fact]
    public void Journal_HasThePriorityOfEachLine() =>
        (Entry(LogLevel.Error) with { Message = "one\ntwo" }).Write(LogFormat.Journal).ShouldBe("<3>Pipeline: one\n<3>two\n");

    [Fact]
    public void Json_IsOneLineWithTheFields()
    {
        var text = (Entry(LogLevel.Error) with { Exception = new IOException("a\nb") }).Write(LogFormat.Json);
        text.Count(character => character == '\n').ShouldBe(1);
        using var json = JsonDocument.Parse(text);
        json.RootElement.GetProperty("time").GetDateTimeOffset().ShouldBe(Noon);
        json.RootElement.GetProperty("level").GetString().ShouldBe("error");
        json.RootElement.GetProperty("event").GetString().ShouldBe("PipelineMoved");
        json.RootElement.GetProperty("message").GetString().ShouldBe("pipeline 6451ec (pebble): Loading -> Ready");
        json.RootElement.GetProperty("fields").EnumerateObject().Select(field => field.Name).ShouldBe(["id", "worker_pid"]);
        json.RootElement.GetProperty("fields").GetProperty("worker_pid").GetInt32().ShouldBe(7);
        json.RootElement.GetProperty("exception").GetString().ShouldNotBeNull().ShouldContain("a\nb");
    }

    [Fact]
    public void Journal_IsKnownByDeviceAndInode()
    {
        using var file = File.OpenHandle(typeof(LogEntryTests).Assembly.Location);
        LmDeploy.Files.FileStatus.TryRead(file, out var status).ShouldBeTrue();
        var descriptor = (int)file.DangerousGetHandle();
        SystemdJournal.Has($"{status.Device}:{status.Inode}", descriptor).ShouldBeTrue();
        SystemdJournal.Has($"{status.Device}:{status.Inode + 1}", descriptor).ShouldBeFalse();
        SystemdJournal.Has($"{status.Device + 1}:{status.Inode}", descriptor).ShouldBeFalse();
        SystemdJournal.Has(null, descriptor).ShouldBeFalse();
        SystemdJournal.Has("", descriptor).ShouldBeFalse();
    }

    private static LogEntry Entry(LogLevel level) => new(
        Noon,
        level,
        "Pipeline",
        "PipelineMoved",
        "pipeline 6451ec (pebble): Loading -> Ready",
        null,
        [new("Id", "6451ec"), new("WorkerPid", 7), new("{OriginalFormat}", "pipeline {Id}")]);
}
