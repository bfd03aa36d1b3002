using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Failures;
using LmDeploy.Supervisor.Gpu;
using LmDeploy.Supervisor.Journal;
using LmDeploy.Supervisor.Poison;
using LmDeploy.Supervisor.Receipts;
using LmDeploy.Supervisor.Tasks;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Lifecycle;

/// <summary>
/// One pipeline from Open to its receipt. An actor: one loop owns its state and receives messages. Other threads read state for listings only.
/// </summary>
internal sealed partial class Pipeline : IWorkerSource, IDisposable
{
    /// <summary>The number of crashes that are kept.</summary>
    public const int KeptFailures = 10;

    private readonly Channel<PipelineMessage> _messages = Channel.CreateUnbounded<PipelineMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Channel<HoldEvent> _events = Channel.CreateUnbounded<HoldEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource<SupervisorException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<PipelineOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly PipelineStarter _starter;
    private readonly Reclaimer _reclaimer;
    private readonly FailureReporter _failureReporter;
    private readonly TimeProvider _time;
    private readonly ILogger<Pipeline> _logger;
    private readonly RestartPolicy _restarts;
    private readonly long _opened;

    // Owned by the loop.
    private StopReason? _intent;
    private TaskCompletionSource<WorkerDeath>? _life;
    private Task _lives = Task.CompletedTask;
    private bool _isStarting = true;
    private GpuReading? _before;
    private GpuReading? _held;
    private DeviceBaseline? _device;
    private ProcessMemory _lastSeen;
    private ReclaimReceipt? _lastReceipt;
    private (SupervisorException Cause, long When)? _death;

    // Passed by the loop to the next life.
    private Reservation? _kept;

    // Written by the loop, read by anybody.
    private volatile PipelineState _state = PipelineState.Starting;
    private volatile WorkerInstance? _worker;
    private volatile Reservation? _reservation;
    private volatile ModelInfo? _model;
    private volatile TaskCompletionSource<WorkerInstance> _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IReadOnlyList<WorkerFailure> _failures = [];
    private int _running;
    private int _restartCount;

    /// <param name="openSibling">Opens a pipeline beside this one for suspected requests (probation).</param>
    public Pipeline(
        PipelineSpec spec,
        PipelineStarter starter,
        Reclaimer reclaimer,
        FailureReporter failures,
        Func<PipelineSpec, Pipeline> openSibling,
        TimeProvider time,
        ILogger<Pipeline> logger)
    {
        Spec = spec;
        _starter = starter;
        _reclaimer = reclaimer;
        _failureReporter = failures;
        _time = time;
        _logger = logger;
        _restarts = new RestartPolicy(
            new RestartIntensity(spec.MaxRestarts, spec.RestartWindow, time), delay => Send(new PipelineMessage.Restarting(delay)), time);
        _opened = time.GetTimestamp();
        Probation = new Probation(() => openSibling(spec.ForProbation()));
        PoisonList = new PoisonList(spec.PoisonTtl, time);
    }

    public PipelineSpec Spec { get; }

    public string Name => Spec.Name;

    public PipelineState State => _state;

    public bool IsOpen => _state is PipelineState.Starting or PipelineState.Loading or PipelineState.Ready;

    public bool IsGone => Completion.IsCompleted;

    /// <summary>The worker, a quarantined one included; null before its start and after its end.</summary>
    public WorkerInstance? Worker => _worker;

    /// <summary>The worker's memory reservation; null when there is none.</summary>
    public Reservation? Reservation => _reservation;

    /// <summary>Null until it is loaded.</summary>
    public ModelInfo? Model => _model;

    /// <summary>The latest progress of a load; null before the first.</summary>
    public LoadProgress? Progress { get; private set; }

    public int RunningRequests => Volatile.Read(ref _running);

    /// <summary>The latest deaths of its workers, oldest first.</summary>
    public IReadOnlyList<WorkerFailure> Failures => _failures;

    /// <summary>The number of restarts after a crash.</summary>
    public int Restarts => Volatile.Read(ref _restartCount);

    /// <summary>The requests in flight.</summary>
    public InFlightRequests Requests { get; } = new();

    /// <summary>The probation of requests that were in a worker when it died.</summary>
    public Probation Probation { get; }

    /// <summary>The poison list: requests that are refused.</summary>
    public PoisonList PoisonList { get; }

    public TimeSpan Age => _time.GetElapsedTime(_opened);

    /// <summary>Events for the holder. Ends with the receipt, or without one when the start failed.</summary>
    public ChannelReader<HoldEvent> Events => _events.Reader;

    /// <summary>Completes when the worker is gone, or quarantined. Never fails.</summary>
    public Task<PipelineOutcome> Completion => _outcome.Task;

    /// <summary>Completes with the error for requests as soon as the pipeline is known to end.</summary>
    public Task<SupervisorException> Ended => _ended.Task;

    /// <summary>Requests a stop; await <see cref="Completion"/> for its end. Idempotent, at any time.</summary>
    public void Stop(StopReason reason) => Send(new PipelineMessage.StopRequested(reason));

    /// <summary>Stops the pipeline as its holder does. Completes when the worker is gone, or quarantined.</summary>
    public Task CloseAsync()
    {
        Stop(StopReason.Disposed);
        return Completion;
    }

    /// <summary>Begins a request.</summary>
    /// <param name="onLeft">Called when it is over; null for nothing.</param>
    /// <exception cref="SupervisorException">The pipeline ends.</exception>
    public RequestScope Enter(Action? onLeft = null)
    {
        if (_ended.Task.IsCompleted)
        {
            throw _ended.Task.Result;
        }

        Interlocked.Increment(ref _running);
        return new RequestScope(this, onLeft);
    }

    /// <summary>The worker that serves now, or the next one; called by a <see cref="RequestScope"/>.</summary>
    /// <exception cref="SupervisorException">The pipeline ends.</exception>
    public async Task<WorkerInstance> ServingAsync(CancellationToken cancellationToken)
    {
        var serving = _serving.Task;
        await Task.WhenAny(serving, _ended.Task).WaitAsync(cancellationToken);
        return _ended.Task.IsCompleted ? throw await _ended.Task : await serving;
    }

    /// <summary>Ends a request; called by its <see cref="RequestScope"/>.</summary>
    public void Leave() => Interlocked.Decrement(ref _running);

    /// <summary>The owner loop. Runs until the pipeline has ended. Call it once.</summary>
    public async Task RunAsync()
    {
        try
        {
            _lives = RunLivesAsync();
            await foreach (var message in _messages.Reader.ReadAllAsync())
            {
                await HandleAsync(message);
                if (_state is PipelineState.Gone or PipelineState.Failed)
                {
                    break;
                }
            }

            await _stopping.CancelAsync();
            await _lives;
        }
        catch (Exception exception)
        {
            LogLoopFailed(Spec.Id, Spec.Name, exception);
            await GiveUpAsync(exception);
        }
        finally
        {
            _events.Writer.TryComplete();
        }
    }

    /// <summary>To be called after <see cref="RunAsync"/> has returned.</summary>
    public void Dispose() => _stopping.Dispose();

    private Task HandleAsync(PipelineMessage message)
    {
        switch (message)
        {
            case PipelineMessage.StopRequested stop:
                return OnStopRequestedAsync(stop.Reason);
            case PipelineMessage.LifeBegun begun:
                _life = begun.Life;
                return Task.CompletedTask;
            case PipelineMessage.Spawned spawned:
                OnSpawned(spawned);
                return Task.CompletedTask;
            case PipelineMessage.Connected:
                OnConnected();
                return Task.CompletedTask;
            case PipelineMessage.Progressed progressed when _state is PipelineState.Starting or PipelineState.Loading:
                Tell(new HoldEvent { Progress = Progress = progressed.Progress });
                return Task.CompletedTask;
            case PipelineMessage.Loaded loaded:
                return OnLoadedAsync(loaded);
            case PipelineMessage.StartFailed failed:
                return OnStartFailedAsync(failed.Exception);
            case PipelineMessage.Exited exited when exited.Worker == _worker:
                return OnExitedAsync(exited.Worker);
            case PipelineMessage.Killed killed when killed.Worker == _worker:
                return OnKilledAsync(killed.Worker);
            case PipelineMessage.Restarting restarting:
                OnRestarting(restarting.Delay);
                return Task.CompletedTask;
            case PipelineMessage.WatchFailed failed:
                return Task.FromException(failed.Exception);
            case PipelineMessage.LivesEnded ended:
                return OnLivesEndedAsync(ended.Failure);
            default:
                return Task.CompletedTask;
        }
    }

    private async Task OnStopRequestedAsync(StopReason reason)
    {
        if (_intent is not null || _state is not (PipelineState.Starting or PipelineState.Loading or PipelineState.Ready
            or PipelineState.Crashed or PipelineState.Hung or PipelineState.Restarting))
        {
            return;
        }

        _intent = reason;
        LogStopRequested(Spec.Id, Spec.Name, reason);
        MoveTo(PipelineState.Stopping);
        var stopped = new SupervisorException(ErrorCodes.Stopped, Describe(reason), Spec.Name);
        _ended.TrySetResult(stopped);
        if (reason is StopReason.Requested or StopReason.Shutdown)
        {
            Tell(new HoldEvent { Failed = new PipelineFailed { Error = stopped.Error } });
        }

        // The lives answer with their last message, and only then is it known whether there is a worker to end.
        await _stopping.CancelAsync();
    }

    private void OnSpawned(PipelineMessage.Spawned spawned)
    {
        (_worker, _reservation) = (spawned.Worker, spawned.Reservation);
        _before = spawned.Before;
        _held = null;
        _device = null;
        _lastSeen = default;
        TellExitAsync(spawned.Worker).Detach(exception => Send(new PipelineMessage.WatchFailed(exception)));
        TellKilledAsync(spawned.Worker).Detach(exception => Send(new PipelineMessage.WatchFailed(exception)));
    }

    private void OnConnected()
    {
        Watch(_worker!);
        if (_state == PipelineState.Starting)
        {
            MoveTo(PipelineState.Loading);
        }
    }

    private async Task OnLoadedAsync(PipelineMessage.Loaded loaded)
    {
        _isStarting = false;
        var model = loaded.Model;
        _held = loaded.Held;
        _device = model.Device.StartsWith("cuda", StringComparison.Ordinal)
            ? DeviceBaseline.Resolve(
                model.Device,
                _reservation?.VisibleDevices ?? Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"),
                _before ?? new GpuReading([], "the device was not read before the worker started"))
            : null;
        if (_intent is not null)
        {
            return;
        }

        _lastSeen = _worker!.Process.ReadMemory();
        _model = model;
        MoveTo(PipelineState.Ready);
        Tell(_death is { } death
            ? new HoldEvent
            {
                Restarted = new WorkerRestarted
                {
                    Cause = death.Cause.Error, WorkerPid = _worker.Process.Identity.Pid, LoadTime = Duration.FromTimeSpan(_time.GetElapsedTime(death.When)),
                },
            }
            : new HoldEvent
            {
                Ready = new PipelineReady
                {
                    Key = Spec.Key, Id = Spec.Id, Model = model, WorkerPid = _worker.Process.Identity.Pid, LoadTime = Duration.FromTimeSpan(Age),
                },
            });
        _death = null;
        _serving.TrySetResult(_worker);
        if (_worker.Process.Exited.IsCompleted || _worker.KilledFor is not null)
        {
            await OnLostAsync(_worker);
        }
    }

    private async Task OnStartFailedAsync(Exception exception)
    {
        _isStarting = false;
        if (_intent is not null)
        {
            return;
        }

        var failure = exception as SupervisorException
            ?? new SupervisorException(ErrorCodes.InternalError, $"The start failed: {exception.GetType().Name}: {exception.Message}");
        LogStartFailed(Spec.Id, Spec.Name, failure.Error.Code, exception);
        if (_state == PipelineState.Restarting)
        {
            await OnReplacementFailedAsync(failure);
            return;
        }

        _ended.TrySetResult(failure);
        MoveTo(_worker?.Process.Exited.IsCompleted == true ? PipelineState.Crashed : PipelineState.Stopping);
        await ReleaseAsync(failure);
    }

    private async Task OnExitedAsync(WorkerInstance worker)
    {
        switch (_state)
        {
            case PipelineState.Ready:
                await OnLostAsync(worker);
                break;
            case PipelineState.Quarantined:
                await ForgetWorkerAsync();
                MoveTo(PipelineState.Gone);
                break;
            default:
                break; // Whoever starts or stops the worker sees the exit for himself.
        }
    }

    private async Task OnKilledAsync(WorkerInstance worker)
    {
        if (_state == PipelineState.Ready)
        {
            await OnLostAsync(worker);
        }
        else if (_isStarting)
        {
            // A process that will not die still has the call that loads the model.
            worker.Connection?.Dispose();
        }
    }

    private void Send(PipelineMessage message) => _messages.Writer.TryWrite(message);

    private void Tell(HoldEvent holdEvent) => _events.Writer.TryWrite(holdEvent);

    private string Describe(StopReason reason) => reason switch
    {
        StopReason.Disposed => $"The pipeline {Spec.Name} was disposed.",
        StopReason.HolderLost => $"The holder of the pipeline {Spec.Name} is gone.",
        StopReason.Unloaded => $"The pipeline {Spec.Name} was unloaded while it was idle.",
        StopReason.Requested => $"The pipeline {Spec.Name} was stopped by request.",
        _ => $"The pipeline {Spec.Name} ended with the supervisor.",
    };

    private void MoveTo(PipelineState next)
    {
        if (!PipelineTransitions.IsAllowed(_state, next))
        {
            throw new InvalidOperationException($"The pipeline {Spec.Id} cannot go from {_state} to {next}.");
        }

        LogMoved(Spec.Id, Spec.Name, _state, next);
        _state = next;
    }
}
