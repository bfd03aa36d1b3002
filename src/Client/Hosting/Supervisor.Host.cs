using System.Runtime.CompilerServices;
using Grpc.Core;
using LmDeploy.Hosting;
using LmDeploy.Inspection;
using LmDeploy.Loading;
using LmDeploy.Receipts;
using LmDeploy.Transport;
using LmDeploy.Validation;

namespace LmDeploy;

public sealed partial class Supervisor
{
    /// <summary>What the supervisor says about itself.</summary>
    public SupervisorInfo GetInfo(CancellationToken cancellationToken = default) => GetInfoAsync(cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="GetInfo"/>
    public async Task<SupervisorInfo> GetInfoAsync(CancellationToken cancellationToken = default)
        => (await AskAsync(host => host.GetInfoAsync(new(), cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false)).Host.ToInfo();

    /// <summary>All pipelines of the supervisor, those of other clients too.</summary>
    public IReadOnlyList<PipelineInfo> ListPipelines(CancellationToken cancellationToken = default)
        => ListPipelinesAsync(cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="ListPipelines"/>
    public async Task<IReadOnlyList<PipelineInfo>> ListPipelinesAsync(CancellationToken cancellationToken = default)
    {
        var listing = await AskAsync(host => host.ListPipelinesAsync(new(), cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
        return [.. listing.Pipelines.Select(HostWire.ToInfo)];
    }

    /// <summary>
    /// Ends a pipeline, also one that another client holds; its holder's calls fail with <see cref="PipelineFailedException"/>, code <c>stopped</c>.
    /// </summary>
    /// <param name="pipeline">An id or a name of a listing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PipelineFailedException">There is none of that id or name (code <c>pipeline_not_found</c>).</exception>
    public ReclaimReceipt StopPipeline(string pipeline, CancellationToken cancellationToken = default)
        => StopPipelineAsync(pipeline, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="StopPipeline"/>
    public async Task<ReclaimReceipt> StopPipelineAsync(string pipeline, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(pipeline);
        var request = new V1.StopPipelineRequest { Pipeline = pipeline };
        var response = await AskAsync(host => host.StopPipelineAsync(request, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
        return response.Receipt.ToReceipt();
    }

    /// <summary>The last lines a pipeline's worker printed.</summary>
    /// <param name="pipeline">An id or a name of a listing.</param>
    /// <param name="lines">The most lines, 0 or more. Default: null, all that are kept.</param>
    /// <param name="follow">Whether to go on with the lines that come, until the pipeline ends or the loop is left.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lines"/> is less than 0.</exception>
    /// <exception cref="PipelineFailedException">There is none of that id or name (code <c>pipeline_not_found</c>).</exception>
    public IEnumerable<LogLine> ReadLogs(string pipeline, int? lines = null, bool follow = false, CancellationToken cancellationToken = default)
        => ReadLogsAsync(pipeline, lines, follow, cancellationToken).ToBlockingEnumerable(cancellationToken);

    /// <inheritdoc cref="ReadLogs"/>
    public IAsyncEnumerable<LogLine> ReadLogsAsync(
        string pipeline, int? lines = null, bool follow = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(pipeline);
        var request = new V1.ReadLogsRequest { Pipeline = pipeline, Follow = follow };
        if (lines is { } count)
        {
            request.Lines = Ensure.AtLeast(count, 0, nameof(lines));
        }

        return ReadLogsAsync(request, cancellationToken);
    }

    /// <summary>The GPUs of this host and who uses them.</summary>
    public GpuListing ListGpus(CancellationToken cancellationToken = default) => ListGpusAsync(cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="ListGpus"/>
    public async Task<GpuListing> ListGpusAsync(CancellationToken cancellationToken = default)
    {
        var listing = await AskAsync(host => host.ListGpusAsync(new(), cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
        return new GpuListing { Gpus = [.. listing.Gpus.Select(HostWire.ToInfo)], UnavailableReason = listing.Unavailable };
    }

    /// <summary>Starts a worker to see whether models can run on this host.</summary>
    public EnvironmentReport CheckEnvironment(CancellationToken cancellationToken = default)
        => CheckEnvironmentAsync(cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="CheckEnvironment"/>
    public async Task<EnvironmentReport> CheckEnvironmentAsync(CancellationToken cancellationToken = default)
        => (
            await AskAsync(
                host => host.CheckEnvironmentAsync(new(), cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false)).Report.ToReport();

    /// <summary>
    /// Starts a worker to measure how fast the device of this host is. It takes up to 4 GiB of the device meanwhile, and figures are right when nothing else
    /// runs.
    /// </summary>
    public DeviceCeilings MeasureCeilings(CancellationToken cancellationToken = default) => MeasureCeilingsAsync(cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="MeasureCeilings"/>
    public async Task<DeviceCeilings> MeasureCeilingsAsync(CancellationToken cancellationToken = default)
        => (
            await AskAsync(
                host => host.MeasureCeilingsAsync(new(), cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false)).Ceilings.ToCeilings();

    /// <summary>
    /// Reads a model folder without loading it: what the model is, what it would take, and why it cannot be served where it cannot. Where it would run on a
    /// GPU, a worker
    /// without a model is started and asked what its parts would run in.
    /// </summary>
    /// <param name="model">The path of a model folder, as Hugging Face lays them out, or a name of the hub (<c>org/name[@revision][:subfolder]</c>), which is
    /// downloaded where it is not on this machine.</param>
    /// <param name="config">The settings that it would be loaded with. Default: <see cref="EngineConfig"/>'s defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ModelLoadException">The name of a model that is not there and cannot be downloaded.</exception>
    /// <exception cref="LmDeployException">The settings make no sense (code <c>invalid_request</c>), or the files do not answer within
    /// <see cref="SupervisionConfig.LoadTimeout"/> (<c>load_timeout</c>).</exception>
    public ModelInspection Inspect(string model, EngineConfig? config = null, CancellationToken cancellationToken = default)
        => InspectAsync(model, config, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Inspect"/>
    public async Task<ModelInspection> InspectAsync(string model, EngineConfig? config = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        var source = await LocateAsync(model, null, cancellationToken).ConfigureAwait(false);
        var request = new V1.InspectModelRequest { Open = (config ?? new EngineConfig()).ToOpen(source) };
        var response = await AskAsync(host => host.InspectModelAsync(request, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
        return response.Inspection.ToInspection();
    }

    /// <summary>Ends all pipelines, those of other clients too, and then the supervisor.</summary>
    public void Shutdown(CancellationToken cancellationToken = default) => ShutdownAsync(cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Shutdown"/>
    public async Task ShutdownAsync(CancellationToken cancellationToken = default)
        => await AskAsync(host => host.ShutdownAsync(new(), cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);

    private async IAsyncEnumerable<LogLine> ReadLogsAsync(V1.ReadLogsRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = await ConnectAsync(FirstWorkerDevice.None, cancellationToken).ConfigureAwait(false);
        using var call = channel.Host.ReadLogs(request, cancellationToken: cancellationToken);
        while (await MoveNextAsync(call, cancellationToken).ConfigureAwait(false))
        {
            yield return call.ResponseStream.Current.ToLine();
        }
    }

    private static async Task<bool> MoveNextAsync(AsyncServerStreamingCall<V1.LogLine> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (RpcErrors.IsOfCall(e))
        {
            throw Explain(e, cancellationToken);
        }
    }
}
