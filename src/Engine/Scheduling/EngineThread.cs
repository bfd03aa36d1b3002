using System.Collections.Concurrent;
using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Settings;
using LmDeploy.Limits;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using TorchSharp;

namespace LmDeploy.Engine.Scheduling;

/// <summary>
/// The one thread that owns every tensor: it loads the model and then runs step after step while there is work.
/// Requests come through a queue; everything public is thread-safe.
/// </summary>
internal sealed class EngineThread : IDisposable
{
    private readonly BlockingCollection<EngineRequest> _submitted = [];
    private readonly TaskCompletionSource<LoadedModel> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private readonly FlightRecord? _flight;
    private readonly TimeProvider _time;
    private EngineStatus _status = new(0, 0, 0, 0, 0);

    private EngineThread(Action startLibTorch, Func<LoadedModel> load, EngineSettings settings, FlightRecord? flight, TimeProvider time)
    {
        (_flight, _time) = (flight, time);
        _thread = new Thread(() => Run(startLibTorch, load, settings)) { Name = "engine", IsBackground = true };
    }

    /// <summary>What the engine is doing; from the end of its latest step.</summary>
    public EngineStatus Status => Volatile.Read(ref _status);

    /// <summary>Starts a thread that loads a model, warms it up and then serves requests.</summary>
    /// <param name="startLibTorch">Called before this thread touches TorchSharp, which could not recover from a libtorch that it does not find.</param>
    /// <param name="load">Loads the model, on the engine's thread.</param>
    /// <param name="settings">Threads, batch size and prefill size.</param>
    /// <param name="flight">Where it notes what it is doing; null for nowhere.</param>
    /// <param name="time">Measures how long requests wait; null for the system's.</param>
    /// <exception cref="EngineException">The model cannot be loaded.</exception>
    public static async Task<(EngineThread Engine, LoadedModel Model)> StartAsync(
        Action startLibTorch, Func<LoadedModel> load, EngineSettings settings, FlightRecord? flight = null, TimeProvider? time = null)
    {
        var engine = new EngineThread(startLibTorch, load, settings, flight, time ?? TimeProvider.System);
        engine._thread.Start();
        try
        {
            return (engine, await engine._loaded.Task.ConfigureAwait(false));
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Submits a request. Its callbacks report progress.</summary>
    public void Submit(EngineRequest request)
    {
        if (!TrySubmit(request))
        {
            request.OnFinished(FinishReason.Error, Stopped());
        }
    }

    /// <summary>Ends the thread after its current step; unfinished requests fail.</summary>
    public void Dispose()
    {
        _submitted.CompleteAdding();
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    /// <summary>A GPU needs large prefill chunks; on a CPU a long prompt would block all others. An explicit setting overrides both.</summary>
    private static SchedulerLimits Limits(LoadedModel model, EngineSettings settings)
    {
        var isCuda = model.Decoder.Device.type == DeviceType.CUDA;
        var windows = model.Decoder.Spec.SlidingWindows;
        return new SchedulerLimits
        {
            MaxBatchSize = settings.MaxBatchSize,
            MaxPrefillTokenNum = settings.MaxPrefillTokenNum ?? (isCuda ? EngineDefaults.CudaPrefillTokens : EngineDefaults.CpuPrefillTokens),
            MaxSequencePrefill = settings.MaxPrefillTokenNum is null && !isCuda ? EngineDefaults.CpuPromptPrefillTokens : int.MaxValue,
            BurstFactor = settings.MaxPrefillTokenNum is null && !isCuda ? 4 : 1,
            MaxQueueLen = settings.MaxQueueLen,
            LongestWindow = windows.Contains(null) ? null : windows.Max(),
        };
    }

    private static Error Stopped() => new() { Code = ErrorCodes.EngineUnavailable, Message = "The engine has stopped." };

    private bool TrySubmit(EngineRequest request)
    {
        request.BeginWaiting(_time);
        try
        {
            return _submitted.TryAdd(request);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void Run(Action startLibTorch, Func<LoadedModel> load, EngineSettings settings)
    {
        _flight?.Begin(step: 0, []);
        try
        {
            startLibTorch();
        }
        catch (Exception e)
        {
            _loaded.SetException(StepFailure.AsException(e));
            return;
        }

        using var noGrad = torch.no_grad();
        torch.set_num_threads(settings.Threads);
        if (TryLoad(load) is { } model)
        {
            using (model)
            {
                _loaded.SetResult(model);
                Serve(model, settings);
            }
        }
    }

    private LoadedModel? TryLoad(Func<LoadedModel> load)
    {
        LoadedModel? model = null;
        try
        {
            model = load();
            WarmUp.Run(model);
            return model;
        }
        catch (Exception e)
        {
            model?.Dispose();
            _loaded.SetException(StepFailure.AsException(e));
            return null;
        }
    }

    private void Serve(LoadedModel model, EngineSettings settings)
    {
        var pool = new BlockPool(model.CacheGeometry.Blocks);
        var prefixes = new PrefixCache(pool, model.CacheGeometry.BlockSize, settings.EnablePrefixCaching && !model.Decoder.KeysDependOnLength);
        var scheduler = new Scheduler(pool, prefixes, model.CacheGeometry.BlockSize, Limits(model, settings), model.Cache.CopyBlock);
        var runner = new StepRunner(model, scheduler, _flight);
        var guard = new StepGuard(scheduler, runner.Run);
        for (var steps = 0L; Receive(scheduler); )
        {
            var step = runner.Next();
            if (step.Count > 0)
            {
                _flight?.Begin(++steps, [.. step.Select(scheduled => scheduled.Sequence.Request.Id)]);
                guard.Run(step);
            }
            else
            {
                // Computing token masks counts as progress too.
                _flight?.Advance();
            }

            Volatile.Write(ref _status, new EngineStatus(steps, scheduler.Running, scheduler.Waiting, pool.Used, pool.Total));
        }

        scheduler.FinishAll(Stopped());
    }

    /// <summary>Takes submitted requests; waits for them while the engine is idle.</summary>
    /// <returns>False once the engine is to end.</returns>
    private bool Receive(Scheduler scheduler)
    {
        if (!scheduler.HasWork)
        {
            _flight?.Rest();
            if (!_submitted.TryTake(out var first, Timeout.Infinite))
            {
                return false;
            }

            Enqueue(scheduler, first);
        }

        while (_submitted.TryTake(out var request))
        {
            Enqueue(scheduler, request);
        }

        return !_submitted.IsAddingCompleted;
    }

    private static void Enqueue(Scheduler scheduler, EngineRequest request)
    {
        try
        {
            scheduler.Enqueue(request);
        }
        catch (EngineException e)
        {
            request.OnFinished(FinishReason.Error, StepFailure.AsError(e));
        }
    }
}
