using Grpc.Core;
using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Inspection;

/// <summary>
/// Finds out what a model folder is, without loading it: the folder is read here, admission says what it would need, and on a GPU a worker without a model says
/// what
/// its parts would run in. Thread-safe; tokenizers take memory while they are read, so that one folder is read at a time.
/// </summary>
internal sealed class ModelInspector(IAdmission admission, FolderReads reads, BareWorker workers, TimeProvider time) : IDisposable
{
    private const string WholeModel = "model";

    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="spec">The model and the settings that it would be loaded with.</param>
    /// <exception cref="SupervisorException">The folder does not answer, or this process lacks something at the moment. A folder that cannot be served is no
    /// exception.</exception>
    public async Task<ModelInspection> InspectAsync(WorkerSpec spec, CancellationToken cancellationToken)
    {
        var (preview, refusal) = await PreviewAsync(spec, cancellationToken);
        var onGpu = preview?.OnGpu ?? spec.MayUseGpu && spec.Engine.Device is EngineDevice.Cuda;
        var inspection = await ReadAsync(spec, onGpu, cancellationToken);
        if (refusal is not null && !inspection.Problems.Contains(refusal))
        {
            inspection.Problems.Insert(0, refusal);
        }

        if (preview is not null)
        {
            inspection.Memory = preview.Fit;
            inspection.Parts.AddRange(await DescribePartsAsync(spec, onGpu, cancellationToken));
        }

        return inspection;
    }

    public void Dispose() => _turn.Dispose();

    /// <returns>How admission would fare, or why it refuses the folder, or both where there is too little memory.</returns>
    private async Task<(MemoryPreview? Preview, Error? Refusal)> PreviewAsync(WorkerSpec spec, CancellationToken cancellationToken)
    {
        try
        {
            var preview = await admission.PreviewAsync(spec, cancellationToken);
            return (preview, preview.Shortage);
        }
        catch (SupervisorException exception) when (exception.Error.Code != ErrorCodes.LoadTimeout)
        {
            return (null, exception.Error);
        }
    }

    private async Task<ModelInspection> ReadAsync(WorkerSpec spec, bool onGpu, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await reads.RunAsync(spec, () => new FolderInspection(spec, onGpu, time, cancellationToken).Read(), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<IEnumerable<PartForm>> DescribePartsAsync(WorkerSpec spec, bool onGpu, CancellationToken cancellationToken)
    {
        if (!onGpu)
        {
            return [new PartForm { Part = WholeModel, Count = 1, Form = ComputeForm.Operators, Reason = "kernels run on CUDA devices only" }];
        }

        try
        {
            var request = new DescribePartsRequest { Model = spec.Model, Engine = spec.Engine };
            return (await workers.AskAsync(worker => worker.Client.DescribePartsAsync(request, worker.Call(cancellationToken)), cancellationToken)).Parts;
        }
        catch (Exception exception) when (exception is SupervisorException or RpcException && !cancellationToken.IsCancellationRequested)
        {
            var reason = exception is RpcException call && SupervisorException.From(call) is { } typed ? typed.Message : exception.Message;
            return [new PartForm { Part = WholeModel, Count = 1, Reason = reason }];
        }
    }
}
