using LmDeploy.Supervisor.Standby;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Standby;

public sealed class HostMemoryPressureTests
{
    [Theory]
    [InlineData("MemTotal:  1000 kB\nMemFree: 5 kB\nMemAvailable:   101 kB\n", "some avg10=9.99 avg60=50.00 avg300=0.00 total=1\n", false)]
    [InlineData("MemTotal:  1000 kB\nMemFree: 5 kB\nMemAvailable:   99 kB\n", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n", true)]
    [InlineData("MemTotal:  1000 kB\nMemAvailable:   900 kB\n", "some avg10=10.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00", true)]
    [InlineData("MemTotal:  1000 kB\nMemAvailable:   900 kB\n", null, false)]
    [InlineData(null, null, false)]
    public void IsHigh_LooksAtWhatIsAvailableAndAtWhoWaits(string? meminfo, string? pressure, bool high)
    {
        using var proc = new TemporaryFolder();
        Directory.CreateDirectory(proc.File("pressure"));
        Write(proc.File("meminfo"), meminfo);
        Write(proc.File("pressure/memory"), pressure);

        new HostMemoryPressure(proc.Path).IsHigh().ShouldBe(high);
    }

    private static void Write(string file, string? content)
    {
        if (content is not null)
        {
            File.WriteAllText(file, content);
        }
    }
}
