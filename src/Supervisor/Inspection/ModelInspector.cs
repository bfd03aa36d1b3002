using Grpc.Core;
using LmDeploy.Supervisor.Admission;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Inspection;

/// <summary>
/// Inspects a model folder without loading it: reads the folder, previews admission and, on a GPU, asks a worker without a model for the form of each
/// part (kernels or operators). Thread-safe. Reads one folder at a time, because tokenizers take much memory.
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
        var onGpu = preview?.OnGpu ?? spec.Engine.Device is EngineDevice.Cuda;
        var inspection = await ReadAsync(spec, onGpu, cancellationToken);
        if (refusal is not null)
        {
            inspection.Problems.Remove(refusal);
            inspection.Problems.Insert(0, refusal);
        }

        if (preview is not null)
        {
            inspection.Memory = preview.Fit;
            await DescribePartsAsync(spec, inspection, cancellationToken);
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

    /// <summary>The turn is the reading thread's, which may go on when its caller has given up.</summary>
    private async Task<ModelInspection> ReadAsync(WorkerSpec spec, bool onGpu, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(spec.LoadTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _turn.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SupervisorException(
                ErrorCodes.LoadTimeout,
                $"Other folders were still read after {spec.LoadTimeout.TotalSeconds:0.###} s (load_timeout_ms); one is inspected at a time.",
                spec.Model);
        }

        var taken = 1;
        try
        {
            return await reads.RunAsync(
                spec,
                token =>
                {
                    if (Interlocked.Exchange(ref taken, 0) == 0)
                    {
                        throw new OperationCanceledException(token); // The caller was quicker to give up.
                    }

                    try
                    {
                        return new FolderInspection(spec, onGpu, time, token).Read();
                    }
                    finally
                    {
                        _turn.Release();
                    }
                },
                cancellationToken);
        }
        finally
        {
            if (Interlocked.Exchange(ref taken, 0) == 1)
            {
                _turn.Release();
            }
        }
    }

    /// <summary>What a worker says against the model with a code, such as a device that is not there, is a problem of the model.</summary>
    private async Task DescribePartsAsync(WorkerSpec spec, ModelInspection inspection, CancellationToken cancellationToken)
    {
        if (inspection.Device != EngineDevice.Cuda)
        {
            inspection.Parts.Add(new PartForm { Part = WholeModel, Count = 1, Form = ComputeForm.Operators, Reason = "kernels run on CUDA devices only" });
            return;
        }

        try
        {
            var request = new DescribePartsRequest { Model = spec.Model, Engine = spec.Engine };
            inspection.Parts.AddRange(
                (await workers.AskAsync(worker => worker.Client.DescribePartsAsync(request, worker.Call(cancellationToken)), cancellationToken)).Parts);
        }
        catch (Exception exception) when (exception is SupervisorException or RpcException && !cancellationToken.IsCancellationRequested)
        {
            var typed = exception as SupervisorException ?? (exception is RpcException call ? SupervisorException.From(call) : null);
            inspection.Parts.Add(new PartForm { Part = WholeModel, Count = 1, Reason = typed?.Message ?? exception.Message });
            if (typed is not null && !inspection.Problems.Contains(typed.Error))
            {
                inspection.Problems.Add(typed.Error);
            }
        }
    }
}
