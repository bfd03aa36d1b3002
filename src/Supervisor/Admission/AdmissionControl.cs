using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Admits pipelines to the GPUs or to the host. Each of the two has its own queue.</summary>
internal sealed class AdmissionControl(
    HostPool host, GpuPool gpus, DeviceLedgers ledgers, OwnerMemory owners, MemoryEstimator estimator, FolderReads reads, PeakStore peaks,
    Lazy<IEvictor> evictor, TimeProvider time) : IAdmission, IDisposable
{
    private readonly AdmissionLane _hostLane = new(host, ledgers, owners, peaks, evictor, time);
    private readonly AdmissionLane _gpuLane = new(gpus, ledgers, owners, peaks, evictor, time);

    public async Task<Reservation> AcquireAsync(WorkerSpec spec, Action onWaiting, CancellationToken cancellationToken)
    {
        var usesGpu = await UsesGpuAsync(spec, cancellationToken);
        var estimate = await EstimateAsync(spec, usesGpu, cancellationToken);
        return await (usesGpu ? _gpuLane : _hostLane).AcquireAsync(spec, estimate, onWaiting, cancellationToken);
    }

    public async Task<MemoryPreview> PreviewAsync(WorkerSpec spec, CancellationToken cancellationToken)
    {
        var usesGpu = await UsesGpuAsync(spec, cancellationToken);
        var estimate = await EstimateAsync(spec, usesGpu, cancellationToken);
        var (fit, shortage) = await (usesGpu ? _gpuLane : _hostLane).PreviewAsync(spec, estimate, cancellationToken);
        return new MemoryPreview(usesGpu, fit, shortage);
    }

    public void Avoid(string device) => gpus.Avoid(device);

    public void Dispose()
    {
        _hostLane.Dispose();
        _gpuLane.Dispose();
    }

    private Task<MemoryEstimate> EstimateAsync(WorkerSpec spec, bool onGpu, CancellationToken cancellationToken) =>
        reads.RunAsync(spec, token => estimator.Estimate(spec, onGpu, token), cancellationToken);

    private async Task<bool> UsesGpuAsync(WorkerSpec spec, CancellationToken cancellationToken) => spec.Engine.Device switch
    {
        EngineDevice.Cpu => false,
        EngineDevice.Cuda => true,
        _ => await gpus.ReadAsync(_ => Task.FromResult<IReadOnlyList<Promise>>([]), cancellationToken) is not { Count: 0 },
    };
}
