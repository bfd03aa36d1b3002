using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Reads;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Puts a pipeline on the GPUs or on the host, each of which has a queue of its own.</summary>
internal sealed class AdmissionControl(
    HostPool host, GpuPool gpus, DeviceLedgers ledgers, MemoryEstimator estimator, BlockingReads reads, PeakStore peaks, Lazy<IEvictor> evictor, TimeProvider time) : IAdmission, IDisposable
{
    private readonly AdmissionLane _hostLane = new(host, ledgers, peaks, evictor, time);
    private readonly AdmissionLane _gpuLane = new(gpus, ledgers, peaks, evictor, time);

    public async Task<Reservation> AcquireAsync(WorkerSpec spec, Action onWaiting, CancellationToken cancellationToken)
    {
        var usesGpu = await UsesGpuAsync(spec, cancellationToken);
        var estimate = await EstimateAsync(spec, usesGpu, cancellationToken);
        return await (usesGpu ? _gpuLane : _hostLane).AcquireAsync(spec, estimate, onWaiting, cancellationToken);
    }

    public void Avoid(string device) => gpus.Avoid(device);

    public void Dispose()
    {
        _hostLane.Dispose();
        _gpuLane.Dispose();
    }

    /// <summary>Reads what the folder says of its size, which has the time that a load has.</summary>
    private async Task<MemoryEstimate> EstimateAsync(WorkerSpec spec, bool onGpu, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(spec.LoadTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await reads.RunAsync(() => estimator.Estimate(spec, onGpu), either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SupervisorException(
                ErrorCodes.LoadTimeout, $"The files of {spec.Model} did not answer within {spec.LoadTimeout.TotalSeconds:0.###} s (load_timeout_ms).", spec.Model);
        }
    }

    private async Task<bool> UsesGpuAsync(WorkerSpec spec, CancellationToken cancellationToken) => spec.Engine.Device switch
    {
        EngineDevice.Cpu => false,
        EngineDevice.Cuda => true,
        _ => await gpus.ReadAsync(_ => Task.FromResult<IReadOnlyList<Promise>>([]), cancellationToken) is not { Count: 0 },
    };
}
