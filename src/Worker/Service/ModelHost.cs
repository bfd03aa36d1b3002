using System.Threading.Channels;
using LmDeploy.Engine.Generation;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Engine.Settings;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Worker.Service;

/// <summary>Holds the one model of this worker. Thread-safe.</summary>
internal sealed class ModelHost(LibTorchStart libTorch, FlightRecord? flight) : IDisposable
{
    private TextModel? _model;
    private int _loadCalls;

    /// <exception cref="EngineException"><see cref="ErrorCodes.EngineUnavailable"/> while there is none.</exception>
    public TextModel Model => Volatile.Read(ref _model)
        ?? throw new EngineException(ErrorCodes.EngineUnavailable, "No model is loaded yet; call Load first.");

    /// <summary>Loads the model; a worker does this once in its life.</summary>
    /// <param name="progress">Gets the progress and is completed at the end, also when loading fails.</param>
    public async Task<ModelInfo> LoadAsync(LoadRequest request, ChannelWriter<LoadProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _loadCalls) > 1)
            {
                throw new EngineException(ErrorCodes.RequestConflict, "This worker has been told to load a model before; each worker loads one.");
            }

            long read = 0;
            var model = await TextModel.LoadAsync(
                request.Model,
                request.Engine ?? new EngineConfig(),
                libTorch.Wait,
                flight,
                (loaded, total) =>
                {
                    progress.TryWrite(
                        new LoadProgress { Stage = loaded < total ? LoadStage.Loading : LoadStage.WarmingUp, LoadedBytes = loaded, TotalBytes = total });
                    read = loaded;
                },
                cancellationToken,
                LimitsOf(request.Limits));

            // Once more, with what the weights have become.
            progress.TryWrite(new LoadProgress { Stage = LoadStage.WarmingUp, LoadedBytes = read, TotalBytes = read, Weights = model.Info.Weights });
            Volatile.Write(ref _model, model);
            return model.Info;
        }
        finally
        {
            progress.Complete();
        }
    }

    private static MemoryLimits LimitsOf(WorkerLimits? limits) => new(
        limits is { HasCacheBytes: true } ? limits.CacheBytes : null,
        limits is { HasResidentBytes: true } ? limits.ResidentBytes : null);

    public void Dispose() => _model?.Dispose();
}
