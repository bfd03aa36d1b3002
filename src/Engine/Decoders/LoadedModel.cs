using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using LmDeploy.Engine.Cache;
using LmDeploy.Engine.Decoders.Sources;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Native.LibTorch;
using LmDeploy.Engine.Settings;
using LmDeploy.Engine.StepInput;
using LmDeploy.Models;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Quantization;
using LmDeploy.Models.Specs;
using LmDeploy.Text.Errors;
using LmDeploy.V1;
using LmDeploy.Words;
using TorchSharp;

namespace LmDeploy.Engine.Decoders;

/// <summary>A decoder with its key-value cache, ready for steps. The engine's thread alone may use it.</summary>
internal sealed class LoadedModel : IStepQueue, IDisposable
{
    private LoadedModel(Decoder decoder, CacheGeometry cacheGeometry, KeyValueCache cache, ModelInfo info, KernelProof? kernelProof)
    {
        KernelProof = kernelProof;
        Decoder = decoder;
        CacheGeometry = cacheGeometry;
        Cache = cache;
        Info = info;
    }

    public Decoder Decoder { get; }

    public CacheGeometry CacheGeometry { get; }

    public KeyValueCache Cache { get; }

    public ModelInfo Info { get; }

    public int SessionLen => Info.SessionLen;

    /// <summary>The proof that the kernels agree with libtorch's operators; null when there are no kernels.</summary>
    public KernelProof? KernelProof { get; }

    /// <param name="progress">Bytes loaded so far, and in all.</param>
    /// <exception cref="EngineException">The model cannot be loaded; the message names the file, the tensor or the setting.</exception>
    public static LoadedModel Load(
        string folder, EngineConfig config, EngineSettings settings, Action<long, long> progress, CancellationToken cancellationToken)
    {
        using var model = ModelFolder.Open(folder, settings.MakesWeights, cancellationToken);
        var sessionLen = ContextLength.Choose(model.Spec, settings.SessionLen, settings.AllowsLongSession);
        var plan = ComputePlan.Choose(config, model.Spec.CheckpointDtype);
        var bytes = model.Manifest.ComputedBytes((int)plan.Dtype.ElementSize());
        RequireMemory(plan, settings, bytes);

        using IWeightSource source = settings.MakesWeights
            ? new RandomWeights(plan.Device, bytes, progress)
            : CheckpointWeights.Of(model, plan.Device, progress, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var weights = new WeightLoader(source, plan.Dtype);
        var decoder = DecoderBuilder.Build(model.Spec, model.Weights, weights);
        source.Complete();
        var info = Describe(model, plan, weights, source, Stopwatch.GetElapsedTime(started));
        info.SessionLen = sessionLen;
        ForwardChoice.ChooseFor(decoder, plan, settings, info.SessionLen);
        var geometry = PlanCache(model.Spec, plan, settings, info.SessionLen);
        var proof = decoder.UsesKernels ? ProofFor(model.Config, plan, settings, info) : null;
        return new LoadedModel(decoder, geometry, new KeyValueCache(geometry, plan.Dtype, plan.Device), info, proof);
    }

    public bool IsRecorded(StepBatch batch) => Decoder.Current.IsRecorded(batch);

    public IStepOutcome? TryEnqueue(StepBatch batch, bool withCandidates) => Decoder.Current.TryEnqueue(batch, Cache, withCandidates);

    public void Dispose()
    {
        Cache.Dispose();
        Decoder.Dispose();
    }

    private static KernelProof ProofFor(ConfigFile configFile, ComputePlan plan, EngineSettings settings, ModelInfo info) => new(
        KernelCompiler.DefaultCacheFolder,
        [
            typeof(LoadedModel).Module.ModuleVersionId.ToString(),
            TorchShim.Version,
            $"{CudaDriver.Version()} {CudaDevice.Current().Capability} {plan} {info.SessionLen} {settings.MaxBatchSize} {settings.CacheBlockSeqLen}",
            File.ReadAllText(configFile.Path),
        ]);

    private static void RequireMemory(ComputePlan plan, EngineSettings settings, long needed)
    {
        var free = FreeBytes(plan, settings);
        if (needed > free)
        {
            if (settings.Limits.ResidentBytes is { } limit && plan.Device.type != DeviceType.CUDA && AvailableMemory.BytesLeftOf(limit) < needed)
            {
                throw new EngineException(
                    ErrorCodes.OutOfMemory,
                    $"The weights take {needed} bytes as {plan.DtypeName}, but only {free} are left of memory_limit_bytes, {limit}; raise it.",
                    "memory_limit_bytes");
            }

            throw new EngineException(
                ErrorCodes.OutOfMemory, $"The weights take {needed} bytes as {plan.DtypeName}, but only {free} are free on {plan.DeviceName}.");
        }
    }

    private static long FreeBytes(ComputePlan plan, EngineSettings settings)
    {
        if (plan.Device.type != DeviceType.CUDA)
        {
            return Math.Min(AvailableMemory.Bytes(), AvailableMemory.BytesLeftOf(settings.Limits.ResidentBytes ?? long.MaxValue));
        }

        // The driver answers a thread that has a context, and the first tensor gives it one.
        using var first = torch.zeros(1, device: plan.Device);
        return CudaDriver.FreeBytes()
            ?? throw new EngineException(ErrorCodes.NativeLibrary, $"The CUDA driver does not say how much memory is free on {plan.DeviceName}.");
    }

    private static CacheGeometry PlanCache(DecoderSpec spec, ComputePlan plan, EngineSettings settings, int sessionLen)
    {
        var attention = spec.Attention;
        var blockBytes = CacheGeometry.BlockBytes(
            spec.Layers, attention.KeyValueHeads, attention.HeadDim, settings.CacheBlockSeqLen, (int)plan.Dtype.ElementSize(), attention.ValuesAreKeys);
        var perSequence = ((long)sessionLen + settings.CacheBlockSeqLen - 1) / settings.CacheBlockSeqLen;
        var most = Math.Min(perSequence * settings.MaxBatchSize, Math.Max(1, (settings.Limits.CacheBytes ?? long.MaxValue) / blockBytes));
        var blocks = CachePlanner.Blocks(settings.CacheMaxEntryCount, blockBytes, FreeBytes(plan, settings), most);
        return new CacheGeometry(spec.Layers, attention.KeyValueHeads, attention.HeadDim, settings.CacheBlockSeqLen, blocks + 1, attention.ValuesAreKeys);
    }

    private static ModelInfo Describe(ModelFolder model, ComputePlan plan, WeightLoader weights, IWeightSource source, TimeSpan loadTime) => new()
    {
        Architecture = model.Spec.Architecture,
        Parameters = model.Manifest.Parameters,
        WeightBytes = weights.LoadedBytes,
        VocabSize = model.Spec.VocabSize,
        Dtype = EnumWords.To<V1.EngineDtype>(plan.Dtype),
        Device = plan.DeviceName,
        Layers = model.Spec.Layers,
        HiddenSize = model.Spec.HiddenSize,
        Weights = WeightReport.Describe(model, plan.DtypeName),
        Dequantized = model.Manifest.HasQuantized,
        ReadBytes = source.ReadBytes,
        WeightTime = Duration.FromTimeSpan(loadTime),
        Libtorch = TorchShim.Version,
        CacheBytesPerToken = model.Spec.CacheElementsPerToken * plan.Dtype.ElementSize(),
        StepWeightBytes = weights.LoadedBytes - (model.Spec.TieWordEmbeddings ? 0 : plan.Dtype.ElementSize() * model.Spec.VocabSize * model.Spec.HiddenSize),
    };
}
