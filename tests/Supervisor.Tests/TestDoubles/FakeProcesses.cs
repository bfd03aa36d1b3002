using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A procfs with the processes that the test puts there.</summary>
internal sealed class FakeProcesses : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public FakeProcesses() => Table = new ProcessTable(_root.Path);

    public ProcessTable Table { get; }

    public ProcessIdentity Start(int pid, long residentKibibytes = 0, long startTicks = 7)
    {
        Directory.CreateDirectory(_root.File($"{pid}"));
        File.WriteAllText(_root.File($"{pid}/stat"), $"{pid} (fake) S 1 {pid} {pid} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 {startTicks} 0 0");
        File.WriteAllText(_root.File($"{pid}/status"), $"VmHWM:\t{residentKibibytes} kB\nVmRSS:\t{residentKibibytes} kB\n");
        return new ProcessIdentity(pid, startTicks);
    }

    public void End(int pid) => Directory.Delete(_root.File($"{pid}"), recursive: true);

    public void Dispose() => _root.Dispose();
}
