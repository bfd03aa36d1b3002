using LmDeploy.Engine.Dequantization;
using LmDeploy.Engine.WeightUpload;
using LmDeploy.Engine.WeightUpload.Cuda;
using LmDeploy.Models;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Quantization;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Sources;

/// <summary>The weights of a checkpoint, dequantized where they are quantized.</summary>
internal sealed class CheckpointWeights : IWeightSource
{
    /// <summary>The least number of bytes that is worth a thread and its buffers.</summary>
    private const long BytesOfThread = 256L << 20;
    private const int MostThreads = 12;

    private readonly Checkpoint _checkpoint;
    private readonly IWeightFormat? _format;
    private readonly IDequantizer? _dequantizer;
    private readonly ByteCounter _counter;
    private readonly CopyQueue? _copies;
    private readonly TensorReader _reader;

    /// <param name="checkpoint">Not owned.</param>
    /// <param name="format">How quantized matrices are stored; null where there are none.</param>
    /// <param name="total">The bytes that will be read.</param>
    /// <param name="target">What copies go to; null to read all on this thread.</param>
    /// <param name="progress">Bytes loaded so far, and in all.</param>
    public CheckpointWeights(
        Checkpoint checkpoint, IWeightFormat? format, long total, torch.Device device, ICopyDevice? target, Action<long, long> progress,
        CancellationToken cancellationToken)
    {
        (_checkpoint, _format) = (checkpoint, format);
        _dequantizer = format is null ? null : IDequantizer.For(format);
        _counter = new ByteCounter(loaded => progress(loaded, total));
        _copies = target is null ? null : new CopyQueue(target, ThreadsFor(total), _counter, cancellationToken);
        _reader = new TensorReader(checkpoint, device, _counter, _copies, cancellationToken);
    }

    public torch.Device Device => _reader.Device;

    public long ReadBytes => _counter.Sum;

    /// <param name="model">Not owned.</param>
    /// <exception cref="InvalidOperationException">It was opened without its checkpoint.</exception>
    public static CheckpointWeights Of(ModelFolder model, torch.Device device, Action<long, long> progress, CancellationToken cancellationToken) => new(
        model.Checkpoint ?? throw new InvalidOperationException("The folder was opened without its checkpoint."),
        model.Manifest.HasQuantized ? model.Format : null,
        model.Manifest.StoredBytes,
        device,
        device.type == DeviceType.CUDA ? new CudaCopyDevice(device.index) : null,
        progress,
        cancellationToken);

    public bool IsOutputsFirst(string name) => IsQuantized(name) && _format!.OutputsFirst;

    public void Fill(torch.Tensor target, string name)
    {
        if (target.Dimensions > 1 && IsQuantized(name))
        {
            _dequantizer!.Load(_reader, name, target);
        }
        else
        {
            _reader.ReadInto(target, name);
        }
    }

    public void Await(torch.Tensor tensor) => _reader.Await(tensor);

    public void Complete() => _reader.Flush();

    public void Dispose() => _copies?.Dispose();

    private static int ThreadsFor(long bytes) => (int)Math.Clamp(bytes / BytesOfThread, 1, Math.Min(MostThreads, Environment.ProcessorCount));

    private bool IsQuantized(string name) => _format?.Holds(_checkpoint, name) == true;
}
