using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Workers;

public sealed class FlightRecordTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FlightRecord _reader;
    private readonly FlightRecord _writer;

    public FlightRecordTests()
    {
        _reader = FlightRecord.Create(_folder.File("flight"));
        _writer = FlightRecord.Open(_folder.File("flight"));
    }

    [Fact]
    public void Read_SeesWhatTheOtherSideWrote_AlsoWhenTheNameIsGone()
    {
        File.Delete(_folder.File("flight"));
        _writer.Beat();
        _writer.Begin(5, [3, 9]);

        var reading = _reader.Read();

        reading.Beats.ShouldBe(1);
        reading.Step.ShouldBe(5);
        reading.IsBusy.ShouldBeTrue();
        reading.Requests.ShouldBe([3UL, 9UL]);
        reading.Progress.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Rest_KeepsTheStepAndForgetsTheRequests()
    {
        _writer.Begin(5, [3, 9]);
        _writer.Rest();

        var reading = _reader.Read();
        reading.Step.ShouldBe(5);
        reading.IsBusy.ShouldBeFalse();
        reading.Requests.ShouldBeEmpty();
    }

    [Fact]
    public void Begin_NamesAsManyAsFit()
    {
        var many = Enumerable.Range(1, FlightRecord.MostRequests + 10).Select(id => (ulong)id).ToArray();
        _writer.Begin(1, many);

        _reader.Read().Requests.ShouldBe(many.Take(FlightRecord.MostRequests));
    }

    [Fact]
    public void Read_AfterDisposeGivesTheLast()
    {
        _writer.Begin(8, [1]);
        _reader.Dispose();
        _writer.Begin(9, [2]);

        _reader.Read().Step.ShouldBe(8);
    }

    [Fact]
    public async Task Read_IsNeverHalfOfTwoWrites()
    {
        using var enough = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            for (var step = 1L; !enough.IsCancellationRequested; step++)
            {
                var ids = new ulong[(int)(step % 50) + 1];
                Array.Fill(ids, (ulong)step);
                _writer.Begin(step, ids);
                Thread.SpinWait(500);
            }
        });
        try
        {
            for (var reading = 0; reading < 20_000; reading++)
            {
                var read = _reader.Read();
                read.Requests.ShouldAllBe(id => id == (ulong)read.Step);
                if (read.Step > 0)
                {
                    read.Requests.Count.ShouldBe((int)(read.Step % 50) + 1);
                }
            }
        }
        finally
        {
            await enough.CancelAsync();
            await writing.InTime();
        }
    }

    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Open_RefusesWhatIsNoFlightRecord(bool isCut)
    {
        var bytes = File.ReadAllBytes(_folder.File("flight"));
        bytes[48] ^= 1; // The version of the layout.
        File.WriteAllBytes(_folder.File("other"), isCut ? bytes[..^1] : bytes);
        Should.Throw<InvalidDataException>(() => FlightRecord.Open(_folder.File("other"))).Message.ShouldContain("flight record of version 1");
    }
}
