using LmDeploy.Supervisor.Logs;
using LmDeploy.Supervisor.Workers;

namespace LmDeploy.Supervisor.Tests.TestDoubles;

/// <summary>A process that does what the test says, and remembers what was done to it.</summary>
internal sealed class FakeWorkerProcess(TimeProvider time) : IWorkerProcess
{
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<string> Done { get; } = [];

    /// <summary>The exit code with which it leaves when it is asked to; null for one that does not listen.</summary>
    public int? OnTerminate { get; init; } = 0;

    /// <summary>The exit code that SIGKILL gives it; null for one that the kernel will not let die.</summary>
    public int? OnKill { get; init; } = 137;

    /// <summary>How often its children are still seen after its end.</summary>
    public int SurvivorSightings { get; set; }

    /// <summary>What looking at it fails with; null for nothing.</summary>
    public Exception? LookFailure { get; set; }

    /// <summary>What looking whether it is frozen fails with; null for nothing.</summary>
    public Exception? FrozenFailure { get; set; }

    /// <summary>What killing it fails with; null for nothing.</summary>
    public Exception? KillFailure { get; init; }

    public ProcessMemory Memory { get; init; } = new(100, 120);

    public ProcessIdentity Identity { get; init; } = new(4711, 99);

    public WorkerLog Log { get; } = new(time);

    public Task<int> Exited => _exited.Task;

    public bool IsFrozen
    {
        get => FrozenFailure is { } failure ? throw failure : field;
        set;
    }

    public bool IsDisposed { get; private set; }

    public void Exit(int code) => _exited.TrySetResult(code);

    /// <summary>Makes it impossible to see its end.</summary>
    public void FailExit(Exception exception) => _exited.TrySetException(exception);

    public void CloseInput() => Done.Add("close");

    public void Terminate() => Act("terminate", OnTerminate);

    public void Kill()
    {
        if (KillFailure is { } failure)
        {
            throw failure;
        }

        Act("kill", OnKill);
    }

    public ProcessMemory ReadMemory() => LookFailure is { } failure ? throw failure : _exited.Task.IsCompleted && SurvivorSightings <= 0 ? default : Memory;

    public bool HasSurvivors() => LookFailure is { } failure ? throw failure : SurvivorSightings-- > 0;

    public Task DrainAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private void Act(string what, int? exitCode)
    {
        Done.Add(what);
        if (exitCode is { } code)
        {
            Exit(code);
        }
    }
}
