using LmDeploy.Loading;
using LmDeploy.Transport;

namespace LmDeploy;

/// <summary>
/// A model in a process of its own. Disposing it ends that process and gives back all its memory; a pipeline that was
/// forgotten is disposed by its finalizer. All members may be used from several threads at once; requests run side by side.
/// </summary>
/// <remarks>
/// A single prompt that cannot be answered throws; one of a batch is a <see cref="Response"/> with <see cref="FinishReason.Error"/> and leaves its siblings
/// alone.
/// A call that fails as a whole throws: <see cref="PipelineFailedException"/> or <see cref="WorkerCrashedException"/> when the
/// pipeline cannot answer any more, <see cref="SupervisorUnavailableException"/> when the supervisor went away,
/// <see cref="OperationCanceledException"/> with the caller's token, and <see cref="ObjectDisposedException"/> after the pipeline was
/// closed, also for requests that were running then.
/// <para>The synchronous calls block their thread, while the answers come in on the thread pool. For many at once ask with a batch or the async
/// twins: <c>Parallel.For</c> over <c>Infer</c> takes every thread that the pool has, and a process that answers nothing for 30 seconds counts as gone.</para>
/// </remarks>
public sealed partial class Pipeline : IDisposable, IAsyncDisposable
{
    // Held so that a private supervisor lives as long as its pipelines.
    private readonly Supervisor _supervisor;
    private readonly PipelineCalls _calls;
    private readonly PipelineHold _hold;

    internal Pipeline(Supervisor supervisor, PipelineCalls calls, PipelineHold hold, string name, V1.PipelineReady ready)
    {
        Name = name;
        _supervisor = supervisor;
        _calls = calls;
        _hold = hold;
        Id = ready.Id;
        Model = ModelInfo.FromWire(ready.Model);
        LoadTime = ready.LoadTime?.ToTimeSpan() ?? TimeSpan.Zero;
    }

    /// <summary>Gives back what was forgotten, without waiting for it.</summary>
    ~Pipeline()
    {
        if (_hold.Receipt is null)
        {
            AbandonedPipelines.Release(_hold.CloseAsync);
        }
    }

    /// <summary>Names the pipeline in listings and for <see cref="Supervisor.StopPipeline"/>.</summary>
    public string Id { get; }

    /// <summary><see cref="EngineConfig.Name"/>, or the model folder's name.</summary>
    public string Name { get; }

    /// <summary>What was loaded.</summary>
    public ModelInfo Model { get; }

    /// <summary>The time from asking for the model to being ready.</summary>
    public TimeSpan LoadTime { get; }

    /// <summary>The process that serves the pipeline; another one after a crash.</summary>
    public int WorkerPid => _hold.WorkerPid;

    /// <summary>The supervisor the pipeline runs under.</summary>
    public Supervisor Supervisor => _supervisor;

    /// <summary>How its workers ended that nobody had told to end, oldest first, at most the last 100; empty while all is well.</summary>
    public IReadOnlyList<WorkerFailure> Failures => _hold.Failures;

    /// <summary>What closing gave back; null until closed.</summary>
    public ReclaimReceipt? Receipt => _hold.Receipt;

    /// <summary>Cancelled once it cannot answer any more.</summary>
    internal CancellationToken Ended => _hold.Ended;

    /// <summary>Why it cannot answer any more; null while it can.</summary>
    internal Exception? EndReason => _hold.EndReason;

    /// <summary>Loads a model and waits until it is ready.</summary>
    /// <param name="model">The path of a model folder, as Hugging Face lays them out, or a name of the hub (<c>org/name[@revision][:subfolder]</c>), which is
    /// downloaded where it is not on this machine.</param>
    /// <param name="config">How to run it. Default: <see cref="EngineConfig"/>'s defaults.</param>
    /// <param name="supervisor">Who runs it. Default: <see cref="Supervisor.Shared"/>, which is started when it does not run.</param>
    /// <param name="progress">Is told how far loading has come. Default: null, nobody is.</param>
    /// <param name="cancellationToken">Gives up; nothing of the model is left when this throws.</param>
    /// <exception cref="ModelLoadException">The model cannot be loaded; nothing of it is left.</exception>
    /// <exception cref="WorkerCrashedException">The worker died while loading; nothing of it is left.</exception>
    /// <exception cref="SupervisorUnavailableException">The supervisor cannot be found, started or reached.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing of the model is left.</exception>
    public static Pipeline Create(
        string model,
        EngineConfig? config = null,
        Supervisor? supervisor = null,
        IProgress<LoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
        => CreateAsync(model, config, supervisor, progress, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Create"/>
    public static Task<Pipeline> CreateAsync(
        string model,
        EngineConfig? config = null,
        Supervisor? supervisor = null,
        IProgress<LoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        return PipelineLoader.LoadAsync(model, config ?? new EngineConfig(), supervisor ?? Supervisor.Shared, progress, cancellationToken);
    }

    /// <summary>Reads a model folder without loading it: what <see cref="Create"/> would make of it, or why it would refuse it.</summary>
    /// <param name="model">The path of a model folder, as Hugging Face lays them out, or a name of the hub (<c>org/name[@revision][:subfolder]</c>), which is
    /// downloaded where it is not on this machine.</param>
    /// <param name="config">The settings that it would be loaded with. Default: <see cref="EngineConfig"/>'s defaults.</param>
    /// <param name="supervisor">Who looks at it. Default: <see cref="Supervisor.Shared"/>, which is started when it does not run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LmDeployException">As <see cref="Supervisor.Inspect"/>. A folder that cannot be served is no exception: see
    /// <see cref="ModelInspection.Problems"/>.</exception>
    public static ModelInspection Inspect(
        string model, EngineConfig? config = null, Supervisor? supervisor = null, CancellationToken cancellationToken = default)
        => InspectAsync(model, config, supervisor, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Inspect"/>
    public static Task<ModelInspection> InspectAsync(
        string model, EngineConfig? config = null, Supervisor? supervisor = null, CancellationToken cancellationToken = default)
        => (supervisor ?? Supervisor.Shared).InspectAsync(model, config, cancellationToken);

    /// <summary>
    /// Reads a model's weights into the host's page cache, so that <see cref="Create"/> finds them in memory: worth it where the next model is known while
    /// another
    /// one is in use, and its files come from a disk that is slower than the way to the device. Reads one file after the other, and no more than half of the
    /// memory that the host has to spare
    /// or a container may have. A comparison of models that run one after the other does it by itself.
    /// </summary>
    /// <param name="model">The path of a model folder, or a name of the hub.</param>
    /// <param name="cancellationToken">Ends the reading; what was read stays in the page cache.</param>
    /// <returns>Bytes that were read; fewer than the weights have where there was no room for all.</returns>
    /// <exception cref="ModelLoadException">There is no such folder.</exception>
    public static long Prefetch(string model, CancellationToken cancellationToken = default)
        => PrefetchAsync(model, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Prefetch"/>
    public static Task<long> PrefetchAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        return ReadAsync();

        async Task<long> ReadAsync()
        {
            var source = await ModelLocator.FindAsync(model, null, cancellationToken).ConfigureAwait(false);
            return await Task.Factory.StartNew(
                () => WeightFiles.Read(source.Folder, WeightFiles.Room, cancellationToken),
                cancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).ConfigureAwait(false);
        }
    }

    /// <summary>A conversation that remembers its turns.</summary>
    /// <param name="system">Instructions to the model; null for none.</param>
    /// <param name="config">How it answers. Default: <see cref="GenerationConfig"/>'s defaults.</param>
    public Session StartSession(string? system = null, GenerationConfig? config = null) => new(this, system, config ?? new GenerationConfig());

    /// <summary>
    /// Ends the pipeline and waits, at most for <see cref="EngineConfig.CloseTimeout"/>, until its memory is back. Requests that run fail
    /// with <see cref="ObjectDisposedException"/>. Closing again, also from another thread, gives the same receipt.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; the closing goes on.</param>
    public ReclaimReceipt Close(CancellationToken cancellationToken = default) => CloseAsync(cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc cref="Close"/>
    public async Task<ReclaimReceipt> CloseAsync(CancellationToken cancellationToken = default)
    {
        var receipt = await _hold.CloseAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        GC.KeepAlive(_supervisor);
        return receipt;
    }

    /// <summary>Does what <see cref="Close"/> does, and drops the receipt.</summary>
    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Does what <see cref="CloseAsync"/> does, and drops the receipt.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}
