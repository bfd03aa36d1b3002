using Google.Protobuf.WellKnownTypes;
using LmDeploy.Errors;
using LmDeploy.Hosting;
using LmDeploy.Loading;
using LmDeploy.Receipts;
using LmDeploy.Validation;

namespace LmDeploy;

public sealed partial class Supervisor
{
    /// <summary>
    /// Loads a model under a name, <see cref="EngineConfig.Name"/> or else the folder's. No client holds it: it stays until it was not used for its time to
    /// live, another pipeline needs its room, it is unloaded or the supervisor ends. Requests to the name load it again. Doing it again with the same model
    /// and settings loads it where it is not there, and changes how it is kept.
    /// </summary>
    /// <param name="model">The path of a model folder, or a name of the hub.</param>
    /// <param name="config">The engine's settings. Default: null, the defaults.</param>
    /// <param name="options">How it is kept. Default: null, the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The pipeline, which is ready.</returns>
    /// <exception cref="ModelLoadException">
    /// The model cannot be loaded; code <c>insufficient_memory</c> when there was no room for it in time, <c>invalid_request</c> when the name stands for a
    /// pipeline with another model or other settings.
    /// </exception>
    public PipelineInfo LoadPipeline(
        string model, EngineConfig? config = null, NamedPipelineOptions? options = null, CancellationToken cancellationToken = default)
        => LoadPipelineAsync(model, config, options, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="LoadPipeline"/>
    public async Task<PipelineInfo> LoadPipelineAsync(
        string model, EngineConfig? config = null, NamedPipelineOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        var engine = config ?? new EngineConfig();
        var keep = options ?? new NamedPipelineOptions();
        var source = await LocateAsync(model, null, cancellationToken).ConfigureAwait(false);
        var request = new V1.LoadPipelineRequest
        {
            Open = engine.ToOpen(source), Ttl = Duration.FromTimeSpan(keep.Ttl), Pinned = keep.Pinned,
        };
        try
        {
            var loaded = await AskAsync(
                host => host.LoadPipelineAsync(request, cancellationToken: cancellationToken), engine.FirstWorker, cancellationToken).ConfigureAwait(false);
            return loaded.Pipeline.ToInfo();
        }
        catch (LmDeployException e)
        {
            throw e.WhileLoading();
        }
    }

    /// <summary>
    /// Forgets a name, so that requests to it fail from now on, and unloads its pipeline when the requests that run have ended. A load is ended at once.
    /// </summary>
    /// <param name="name">The name that it was loaded under.</param>
    /// <param name="drainTimeout">How long requests may go on before they are ended, 0 to 24 hours. Default: null, 30 s.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What that gave back; nothing when it was not loaded.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="drainTimeout"/> is out of range.</exception>
    /// <exception cref="PipelineFailedException">No pipeline was loaded under this name (code <c>pipeline_not_found</c>).</exception>
    public ReclaimReceipt UnloadPipeline(string name, TimeSpan? drainTimeout = null, CancellationToken cancellationToken = default)
        => UnloadPipelineAsync(name, drainTimeout, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="UnloadPipeline"/>
    public async Task<ReclaimReceipt> UnloadPipelineAsync(string name, TimeSpan? drainTimeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var request = new V1.UnloadPipelineRequest { Name = name };
        if (drainTimeout is { } timeout)
        {
            request.DrainTimeout = Duration.FromTimeSpan(Ensure.InRange(timeout, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(drainTimeout)));
        }

        var unloaded = await AskAsync(host => host.UnloadPipelineAsync(request, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
        return unloaded.Receipt.ToReceipt();
    }
}
