using LmDeploy.Supervisor.Lifecycle;

namespace LmDeploy.Supervisor.Admission;

/// <summary>Puts a pipeline on the GPUs or on the host, each of which has a queue of its own.</summary>
internal sealed class AdmissionControl(
    HostPool host, GpuPool gpus, DeviceLedgers ledgers, MemoryEstimator estimator, PeakStore peaks, Lazy<IEvictor> evictor, TimeProvider time) : IAdmission, IDisposable
{
    private readonly AdmissionLane _hostLane = new(host, ledgers, peaks, evictor, time);
    private readonly AdmissionLane _gpuLane = new(gpus, ledgers, peaks, evictor, time);

    public async Task<Reservation> AcquireAsync(PipelineSpec spec, Action onWaiting, CancellationToken cancellationToken)
    {
        var usesGpu = await UsesGpuAsync(spec, cancellationToken);
        return await (usesGpu ? _gpuLane : _hostLane).AcquireAsync(spec, estimator.Estimate(spec, usesGpu), onWaiting, cancellationToken);
    }

    public void Avoid(string device) => gpus.Avoid(device);

    public void Dispose()
    {
        _hostLane.Dispose();
        _gpuLane.Dispose();
    }

    private async Task<bool> UsesGpuAsync(PipelineSpec spec, CancellationToken cancellationToken) => spec.Engine.Device switch
    {
        "cpu" => false,
        "cuda" => true,
        _ => await gpus.ReadAsync(_ => Task.FromResult<IReadOnlyList<Promise>>([]), cancellationToken) is not { Count: 0 },
    };
}
