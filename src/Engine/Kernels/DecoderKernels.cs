using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Native.Cuda;
using TorchSharp;

namespace LmDeploy.Engine.Kernels;

/// <summary>
/// The kernels of one decoder, see the sources beside this file. Everything runs on one stream, in order. Tensors are contiguous and on the device.
/// </summary>
internal sealed class DecoderKernels : IDisposable
{
    private const int ManyRows = 256;
    private const int EarlyCapability = 90;

    private static readonly string[] Sources =
    [
        "element", "embed", "norm", "rope", "attention_tensor", "attention_lanes", "attention", "prefill", "activation", "gemv", "argmax", "candidates",
    ];

    private static readonly string[] ExpertSources = ["route", "experts"];

    private readonly KernelDefinitions _sizes;
    private readonly CudaStream _stream;
    private readonly CudaModule _module;
    private readonly bool _beginsEarly;
    private readonly int _residentWarps;
    private readonly CudaKernel _embed;
    private readonly CudaKernel _addNorm;
    private readonly CudaKernel _ropeToCache;
    private readonly CudaKernel _attention;
    private readonly CudaKernel? _prefillAttention;
    private readonly CudaKernel _gate;
    private readonly CudaKernel _gemv;
    private readonly CudaKernel _gemvGate;
    private readonly CudaKernel _argmax;
    private readonly CudaKernel _candidates;

    /// <param name="stream">Not owned.</param>
    public DecoderKernels(KernelDefinitions sizes, KernelCompiler compiler, CudaStream stream)
    {
        var device = CudaDevice.Current();
        _sizes = sizes;
        _stream = stream;
        _module = compiler.Compile(string.Join('\n', (sizes.Experts > 0 ? [.. Sources, .. ExpertSources] : Sources).Select(ReadSource)), sizes.Options);
        _beginsEarly = device.Capability >= EarlyCapability;
        _residentWarps = device.ResidentWarps;
        _embed = Kernel("embed");
        _addNorm = Kernel("add_norm");
        _ropeToCache = Kernel("rope_to_cache");
        _attention = Kernel("decode_attention");
        _prefillAttention = sizes.CanAttendPrompts && device.Capability == KernelCompiler.Hopper
            ? _module.Kernel("prefill_attention", _beginsEarly, PromptTiles.SharedBytes(sizes.HeadDim))
            : null;
        _gate = Kernel("gate");
        _gemv = Kernel("gemv");
        _gemvGate = Kernel("gemv_gate");
        _argmax = Kernel("argmax");
        _candidates = Kernel("candidates");
        Experts = sizes.Experts > 0 ? new ExpertKernels(sizes, stream, Kernel) : null;
    }

    public KernelDefinitions Sizes => _sizes;

    /// <summary>Null for a decoder without experts.</summary>
    public ExpertKernels? Experts { get; }

    /// <summary>Whether <see cref="AttendPrompts"/> can be called.</summary>
    public bool AttendsPrompts => _prefillAttention is not null;

    /// <param name="tokens">[rows], int32; -1 - r for what is in row r of <paramref name="chosen"/>.</param>
    /// <param name="chosen">What the step before chose: int32.</param>
    /// <param name="x">[rows, hidden], written.</param>
    public void Embed(int rows, nint tokens, nint chosen, torch.Tensor table, float scale, nint x) =>
        _embed.Launch(_stream, (rows, 1, 1), LaunchSizes.Threads, tokens, chosen, table, x, _sizes.Hidden, scale);

    /// <summary>x += delta, or its norm by <paramref name="post"/>; y = the norm of x by <paramref name="weight"/>, or x.</summary>
    /// <param name="delta">0 for none.</param>
    public void AddNorm(int rows, nint x, nint delta, torch.Tensor? post, torch.Tensor? weight, nint y, float epsilon) =>
        _addNorm.Launch(_stream, (rows, 1, 1), _sizes.NormThreads, x, delta, post, IsWide(post), weight, IsWide(weight), y, epsilon);

    /// <summary>Bias, norms, rotation and the way into the cache; in place on <paramref name="qkv"/>.</summary>
    public void RopeToCache(int rows, nint qkv, in RopeArguments rope, nint positions, nint slots, torch.Tensor keys, torch.Tensor values)
    {
        var heads = _sizes.Heads + (2 * _sizes.KeyValueHeads);
        var parts = rows >= ManyRows ? 1 : Blocks(heads, LaunchSizes.Warps);
        _ropeToCache.Launch(
            _stream, (rows, parts, 1), LaunchSizes.Threads, qkv, rope.Bias, rope.QueryNorm, rope.KeyNorm, IsWide(rope.QueryNorm), rope.NormEpsilon,
            rope.Frequencies, rope.Factor,
            rope.Neighbours, rope.QueryScale, positions, slots, keys, values);
    }

    /// <summary>Attention of one query a sequence. Splits are fixed by the caller so that a recorded launch suits every length.</summary>
    public void Attend(
        int rows, int splits, nint qkv, torch.Tensor keys, torch.Tensor values, in DecodeLengths lengths, nint output,
        in AttentionArguments attention, torch.Tensor? partials, torch.Tensor counters) =>
        _attention.Launch(
            _stream, (splits, _sizes.KeyValueHeads * _sizes.GroupParts, rows), LaunchSizes.AttentionThreads, qkv, keys, values, lengths.Lengths,
            lengths.Tables, lengths.Layout, output, partials, counters,
            attention.Scale, attention.Window, attention.Cap, attention.Sinks);

    /// <summary>Attention of all prompts of a step, whose keys and values are in the cache already.</summary>
    /// <exception cref="InvalidOperationException">There is no such kernel for this device.</exception>
    public void AttendPrompts(in PromptTiles prompts, nint qkv, torch.Tensor keys, torch.Tensor values, nint output, in AttentionArguments attention) =>
        (_prefillAttention ?? throw new InvalidOperationException("There is no kernel for the attention of prompts.")).Launch(
            _stream, (_sizes.Heads, prompts.Count, 1), PromptTiles.Threads, qkv, keys, values, prompts.Tiles, prompts.Tables, output, attention.Scale,
            attention.Window, attention.Cap, attention.Sinks);

    /// <param name="both">[rows, 2 * size]: gates, then ups.</param>
    public void Gate(int rows, nint both, nint y, int size) =>
        _gate.Launch(_stream, (Blocks(size / 8, LaunchSizes.Threads), rows, 1), LaunchSizes.Threads, both, y, size);

    /// <summary>The product of a matrix and one vector.</summary>
    public void Gemv(torch.Tensor weight, nint x, nint y, int inputs, int outputs)
    {
        var perRow = WarpsPerOutput(inputs, outputs, _residentWarps);
        _gemv.Launch(_stream, (Blocks(outputs * perRow, LaunchSizes.Warps), 1, 1), LaunchSizes.Threads, weight, x, y, inputs, outputs, perRow);
    }

    /// <summary><see cref="Gemv"/> with gates and ups, and <see cref="Gate"/> after it.</summary>
    public void GemvGate(torch.Tensor weight, nint x, nint y, int inputs, int size)
    {
        var perRow = WarpsPerOutput(inputs, size, _residentWarps);
        _gemvGate.Launch(_stream, (Blocks(size * perRow, LaunchSizes.Warps), 1, 1), LaunchSizes.Threads, weight, x, y, inputs, size, perRow);
    }

    /// <param name="x">[rows, count]</param>
    /// <param name="indexes">[rows], int32, written.</param>
    public void Argmax(int rows, nint x, nint indexes, int count) => _argmax.Launch(_stream, (rows, 1, 1), LaunchSizes.ScanThreads, x, indexes, count);

    /// <summary>The largest of each row, see <see cref="TokenCandidates"/>.</summary>
    /// <param name="x">[rows, count]</param>
    /// <param name="largest">[rows, <see cref="TokenCandidates.Integers"/>], int32, written.</param>
    public void Candidates(int rows, nint x, nint largest, int count) => _candidates.Launch(_stream, (rows, 1, 1), LaunchSizes.ScanThreads, x, largest, count);

    public void Dispose() => _module.Dispose();

    private CudaKernel Kernel(string name) => _module.Kernel(name, _beginsEarly);

    private static int Blocks(int items, int perBlock) => (items + perBlock - 1) / perBlock;

    /// <summary>
    /// As many as the device has room for at a time, as long as each of them has something to do: with a few more, the last ones would run alone.
    /// </summary>
    /// <param name="residentWarps">See <see cref="CudaDevice.ResidentWarps"/>.</param>
    internal static int WarpsPerOutput(int inputs, int outputs, int residentWarps)
    {
        var warps = 1;
        while (warps < LaunchSizes.Warps && 2 * outputs * warps <= residentWarps && inputs >= warps * LaunchSizes.ElementsPerWarp)
        {
            warps *= 2;
        }

        return warps;
    }

    private static bool IsWide(torch.Tensor? weight) => weight?.dtype == torch.float32;

    private static string ReadSource(string name)
    {
        using var stream = typeof(DecoderKernels).Assembly.GetManifestResourceStream($"LmDeploy.Engine.Kernels.{name}.cu")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
