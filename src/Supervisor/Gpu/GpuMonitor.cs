using System.Collections.Concurrent;
using LmDeploy.Supervisor.Configuration;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Gpu;

/// <summary>
/// Calls NVML on one dedicated thread, because a driver may block a caller in the kernel for ever. After a timeout NVML counts as unavailable, and
/// the thread is abandoned.
/// </summary>
internal sealed class GpuMonitor(INvml nvml, SupervisorOptions options, TimeProvider time) : IGpuMonitor
{
    private readonly BlockingCollection<Action> _questions = [];
    private readonly Lock _gate = new();
    private bool _started;
    private string? _lost;

    public Task<IReadOnlyList<GpuInfo>> ListAsync(CancellationToken cancellationToken) => AskAsync(nvml.List, "for the list of devices", cancellationToken);

    public Task<IReadOnlyList<GpuMemory>> ReadMemoryAsync(CancellationToken cancellationToken) =>
        AskAsync(nvml.ReadMemory, "for the memory in use", cancellationToken);

    private async Task<T> AskAsync<T>(Func<T> question, string what, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(() =>
        {
            try
            {
                answer.SetResult(question());
            }
            catch (Exception exception)
            {
                answer.SetException(exception);
            }
        });

        try
        {
            return await answer.Task.WaitAsync(options.GpuTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw Lose($"NVML did not answer within {options.GpuTimeout.TotalSeconds:0.###} s when asked {what}");
        }
    }

    private void Enqueue(Action question)
    {
        lock (_gate)
        {
            if (_lost is not null)
            {
                throw new GpuUnavailableException(_lost);
            }

            if (!_started)
            {
                _started = true;
                new Thread(Run) { Name = "NVML", IsBackground = true }.Start();
            }

            _questions.Add(question);
        }
    }

    private GpuUnavailableException Lose(string reason)
    {
        lock (_gate)
        {
            if (_lost is null)
            {
                _lost = reason;
                _questions.CompleteAdding();
            }

            return new GpuUnavailableException(_lost);
        }
    }

    private void Run()
    {
        foreach (var question in _questions.GetConsumingEnumerable())
        {
            question();
        }
    }
}
