using LmDeploy.Limits;
using LmDeploy.Models.Specs;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Workers;
using LmDeploy.V1;
using LmDeploy.Words;

namespace LmDeploy.Supervisor.Admission;

/// <summary>
/// Estimates a worker's memory from a model folder and the engine's settings: weights in the compute type, key-value cache and overhead. A recorded
/// peak of an earlier run with the same files and settings takes precedence.
/// </summary>
internal sealed class MemoryEstimator(IModelReader models, PeakStore peaks)
{
    /// <summary>Resident memory of a worker with the smallest model and hardly any cache: 243 to 258 MiB were seen.</summary>
    public const long HostOverhead = 256L << 20;

    /// <summary>The CUDA context (527 MiB were seen on an H200) and working memory.</summary>
    public const long GpuOverhead = 600L << 20;

    /// <summary>The context that a pipeline has to have room for when its cache is a share of what is free.</summary>
    private const int LeastContext = 2048;

    /// <summary>Upper bound of an estimate, so that sums of a few estimates do not overflow.</summary>
    private static readonly Int128 Enough = long.MaxValue / 16;

    /// <exception cref="SupervisorException">The folder cannot be served.</exception>
    public MemoryEstimate Estimate(WorkerSpec spec, bool onGpu, CancellationToken cancellationToken = default)
    {
        var overhead = onGpu ? GpuOverhead : HostOverhead;
        if (models.Read(spec, onGpu, cancellationToken) is not { } model)
        {
            return new MemoryEstimate(new MemoryNeed(overhead, overhead, overhead, 0), "");
        }

        var key = PeakKey.Create(model, spec, onGpu);
        var need = Calculate(model, spec.Engine, onGpu, overhead);
        return new MemoryEstimate(Cap(Learn(need, peaks.Find(key)), onGpu ? null : spec.MemoryLimit), key);
    }

    private static MemoryNeed Calculate(ModelSize model, EngineConfig engine, bool onGpu, long overhead)
    {
        var element = ComputeDtype.SizeOf(ComputeDtype.Choose(EnumWords.Of(engine.Dtype), model.Dtype, onGpu));
        var weights = model.Weights.ComputedBytes(element);
        var blockTokens = engine.HasCacheBlockSeqLen && engine.CacheBlockSeqLen > 0 ? engine.CacheBlockSeqLen : EngineDefaults.CacheBlockSeqLen;
        var block = Bound((Int128)model.CacheElementsPerToken * blockTokens * element);
        var entries = engine.HasCacheMaxEntryCount ? engine.CacheMaxEntryCount : EngineDefaults.CacheMaxEntryCount;
        var taken = Bound(weights + (Int128)overhead);
        if (entries > 1)
        {
            var exact = Bound(taken + ((Int128)Math.Min(entries, int.MaxValue) * block) + block);
            return new MemoryNeed(taken, exact, exact, 0) { Weights = Bound(weights) };
        }

        var context = engine.HasSessionLen && engine.SessionLen > 0 ? engine.SessionLen : model.LongestContext;
        var batch = engine.HasMaxBatchSize && engine.MaxBatchSize > 0 ? engine.MaxBatchSize : EngineDefaults.MaxBatchSize;
        var least = Bound(taken + (Blocks(Math.Min(context, LeastContext), blockTokens) * block) + block);
        var most = Bound(taken + (Blocks(context, blockTokens) * batch * block) + block);
        return new MemoryNeed(taken, least, most, double.IsFinite(entries) ? Math.Clamp(entries, 0, 1) : 0) { Weights = Bound(weights) };
    }

    /// <summary>
    /// A peak is only recorded when the cache had its full size, so it is the most that such a run takes. A cache that is a share of free memory may
    /// be smaller; the least need covers that.
    /// </summary>
    private static MemoryNeed Learn(MemoryNeed need, long? peak) => peak is not { } seen
        ? need
        : need.Least == need.Most
            ? new MemoryNeed(Math.Min(need.Fixed, seen), seen, seen, need.Share)
            : need with { Fixed = Math.Min(need.Fixed, seen), Least = Math.Min(need.Least, seen), Most = seen };

    /// <summary>Caps the need at the memory limit: a worker above its limit is killed.</summary>
    private static MemoryNeed Cap(MemoryNeed need, long? limit) => limit is not { } most
        ? need
        : need with { Fixed = Math.Min(need.Fixed, most), Least = Math.Min(need.Least, most), Most = Math.Min(need.Most, most) };

    private static Int128 Blocks(long tokens, int blockTokens) => ((Int128)tokens + blockTokens - 1) / blockTokens;

    private static long Bound(Int128 bytes) => (long)Int128.Min(bytes, Enough);
}
