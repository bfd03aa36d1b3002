using System.Collections.Concurrent;

namespace LmDeploy.Supervisor.Workers;

/// <summary>
/// The one thread that starts workers. It never ends while the supervisor lives: the kernel sends a worker its parent-death
/// signal when the <em>thread</em> that started it ends, and threads of the pool do end.
/// </summary>
internal sealed class SpawnThread
{
    private readonly BlockingCollection<Action> _work = [];

    public SpawnThread() => new Thread(Run) { Name = "worker spawner", IsBackground = true }.Start();

    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return done.Task;
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
