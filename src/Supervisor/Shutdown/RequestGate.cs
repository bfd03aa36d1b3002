using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Shutdown;

/// <summary>Counts running requests, and refuses new ones once the supervisor drains. Thread-safe.</summary>
internal sealed class RequestGate
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosed;
    private int _running;

    /// <summary>How many requests run.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Whether the supervisor drains.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Checks the gate for work that the drain does not wait for.</summary>
    /// <exception cref="SupervisorException">The supervisor drains.</exception>
    public void Check()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                throw new SupervisorException(
                    ErrorCodes.SupervisorUnavailable,
                    "The supervisor is draining: it was told to end and only finishes the requests that run. Connect again to get another.");
            }
        }
    }

    /// <summary>Begins a request; <see cref="Leave"/> ends it.</summary>
    /// <exception cref="SupervisorException">The supervisor drains.</exception>
    public void Enter()
    {
        lock (_gate)
        {
            Check();
            _running++;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _running--;
            CompleteDrain();
        }
    }

    /// <summary>Starts the drain: refuses new requests.</summary>
    /// <returns>Completes when nothing runs any more.</returns>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            CompleteDrain();
        }

        return _drained.Task;
    }

    private void CompleteDrain()
    {
        if (_isClosed && _running == 0)
        {
            _drained.TrySetResult();
        }
    }
}
