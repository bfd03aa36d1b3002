using LmDeploy.Worker.Checkpoints;
using LmDeploy.Worker.Copies;
using LmDeploy.Worker.Copies.Cuda;
using LmDeploy.Worker.Quantization;
using TorchSharp;

namespace LmDeploy.Worker.Models.Sources;

/// <summary>The weights of a checkpoint, as plain numbers whatever it has them in.</summary>
internal sealed class CheckpointWeights : IWeightSource
{
    /// <summary>With fewer bytes for a thread it is not worth its buffers.</summary>
    private const long BytesOfThread = 256L << 20;
    private const int MostThreads = 12;

    private readonly Checkpoint _checkpoint;
    private readonly IWeightFormat? _format;
    private readonly ByteCounter _counter;
    private readonly CopyQueue? _copies;
    private readonly TensorReader _reader;

    /// <param name="checkpoint">Owned.</param>
    /// <param name="format">How quantized matrices are stored; null where there are none.</param>
    /// <param name="target">What copies go to; null to read all on this thread.</param>
    /// <param name="progress">Bytes loaded so far, and in all.</param>
    public CheckpointWeights(
        Checkpoint checkpoint, IWeightFormat? format, torch.Device device, ICopyDevice? target, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var total = checkpoint.TotalBytes;
        (_checkpoint, _format) = (checkpoint, format);
        _counter = new ByteCounter(loaded => progress(loaded, total));
        _copies = target is null ? null : new CopyQueue(target, ThreadsFor(total), _counter, cancellationToken);
        _reader = new TensorReader(checkpoint, device, _counter, _copies, cancellationToken);
    }

    public torch.Device Device => _reader.Device;

    public long Elements => _checkpoint.Tensors.Sum(tensor => _format?.CountOf(tensor) ?? tensor.Elements);

    public long ReadBytes => _counter.Sum;

    public bool HasDequantized { get; private set; }

    /// <exception cref="Errors.EngineException">The folder has no readable weights, or quantized ones of a kind that is not read.</exception>
    public static CheckpointWeights Open(string folder, ConfigFile config, torch.Device device, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var format = WeightFormats.Find(folder, config);
        var target = device.type == DeviceType.CUDA ? new CudaCopyDevice(device.index) : null;
        return new CheckpointWeights(Checkpoint.Open(folder), format, device, target, progress, cancellationToken);
    }

    public bool Contains(string name) => _checkpoint.Contains(name);

    public bool IsOutputsFirst(string name) => IsQuantized(name) && _format!.OutputsFirst;

    public void Fill(torch.Tensor target, string name)
    {
        if (target.Dimensions > 1 && IsQuantized(name))
        {
            _format!.Load(_reader, name, target);
            HasDequantized = true;
        }
        else
        {
            _reader.ReadInto(target, name);
        }
    }

    public void Await(torch.Tensor tensor) => _reader.Await(tensor);

    public void Complete() => _reader.Flush();

    public string Describe(string dtype) => WeightReport.Describe(_checkpoint, HasDequantized ? _format : null, dtype);

    public void Dispose()
    {
        _copies?.Dispose();
        _checkpoint.Dispose();
    }

    private static int ThreadsFor(long bytes) => (int)Math.Clamp(bytes / BytesOfThread, 1, Math.Min(MostThreads, Environment.ProcessorCount));

    private bool IsQuantized(string name) => _format?.Holds(_checkpoint, name) == true;
}
