using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Native.Cuda;
using LmDeploy.Engine.Native.LibTorch;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>The real kernels, each awaited.</summary>
internal sealed class DeviceKernels(DecoderKernels kernels, CudaStream stream) : ICheckedKernels
{
    public KernelDefinitions Sizes => kernels.Sizes;

    public void Embed(torch.Tensor tokens, torch.Tensor chosen, torch.Tensor table, float scale, torch.Tensor x)
    {
        Settle();
        kernels.Embed(Rows(tokens), Pointer(tokens), Pointer(chosen), table, scale, Pointer(x));
        stream.Synchronize();
    }

    public void AddNorm(torch.Tensor x, torch.Tensor? delta, torch.Tensor? post, torch.Tensor? weight, torch.Tensor y, float epsilon)
    {
        Settle();
        kernels.AddNorm(Rows(x), Pointer(x), delta is null ? 0 : Pointer(delta), post, weight, Pointer(y), epsilon);
        stream.Synchronize();
    }

    public void RopeToCache(torch.Tensor qkv, in RopeArguments rope, torch.Tensor positions, torch.Tensor slots, torch.Tensor keys, torch.Tensor values)
    {
        Settle();
        kernels.RopeToCache(Rows(qkv), Pointer(qkv), rope, Pointer(positions), Pointer(slots), keys, values);
        stream.Synchronize();
    }

    public void Attend(
        torch.Tensor qkv, torch.Tensor keys, torch.Tensor values, torch.Tensor lengths, torch.Tensor tables, int splits, torch.Tensor output,
        in AttentionArguments attention, torch.Tensor counters)
    {
        var rows = Rows(qkv);
        using var layout = torch.tensor([(int)tables.shape[1]]).to(qkv.device);
        using var partials = torch.zeros(rows * splits * Sizes.Heads * (Sizes.HeadDim + 2L), dtype: torch.float32, device: qkv.device);
        Settle();
        kernels.Attend(
            rows, splits, Pointer(qkv), keys, values, new DecodeLengths(Pointer(lengths), Pointer(tables), Pointer(layout)), Pointer(output),
            attention, partials, counters);
        stream.Synchronize();
    }

    public bool AttendsPrompts => kernels.AttendsPrompts;

    public void AttendPrompts(
        torch.Tensor qkv, torch.Tensor keys, torch.Tensor values, torch.Tensor tiles, torch.Tensor tables, torch.Tensor output, in AttentionArguments attention)
    {
        Settle();
        kernels.AttendPrompts(new PromptTiles(Rows(tiles), Pointer(tiles), Pointer(tables)), Pointer(qkv), keys, values, Pointer(output), attention);
        stream.Synchronize();
    }

    public void Gate(torch.Tensor both, torch.Tensor y)
    {
        Settle();
        kernels.Gate(Rows(both), Pointer(both), Pointer(y), (int)y.shape[1]);
        stream.Synchronize();
    }

    public void Gemv(torch.Tensor weight, torch.Tensor x, torch.Tensor y)
    {
        Settle();
        kernels.Gemv(weight, Pointer(x), Pointer(y), Rows(x), Rows(y));
        stream.Synchronize();
    }

    public void GemvGate(torch.Tensor weight, torch.Tensor x, torch.Tensor y)
    {
        Settle();
        kernels.GemvGate(weight, Pointer(x), Pointer(y), Rows(x), Rows(y));
        stream.Synchronize();
    }

    public void Argmax(torch.Tensor x, torch.Tensor indexes)
    {
        Settle();
        kernels.Argmax(Rows(x), Pointer(x), Pointer(indexes), (int)x.shape[1]);
        stream.Synchronize();
    }

    public void Candidates(torch.Tensor x, torch.Tensor largest)
    {
        Settle();
        kernels.Candidates(Rows(x), Pointer(x), Pointer(largest), (int)x.shape[1]);
        stream.Synchronize();
    }

    public void Route(torch.Tensor logits, torch.Tensor slots, CheckedRouting routing, bool normalize, float factor)
    {
        Settle();
        Experts.Route(Rows(logits), Pointer(logits), Pointer(slots), routing.Addresses, normalize, factor);
        stream.Synchronize();
    }

    public void ExpertsGateUp(torch.Tensor weight, torch.Tensor x, CheckedRouting routing, torch.Tensor inner)
    {
        Settle();
        Experts.GateUp(Rows(x), weight, Pointer(x), routing.Addresses, Pointer(inner), (int)inner.shape[1]);
        stream.Synchronize();
    }

    public void ExpertsDown(torch.Tensor weight, torch.Tensor inner, CheckedRouting routing, torch.Tensor outputs)
    {
        Settle();
        Experts.Down(Rows(outputs), weight, Pointer(inner), routing.Addresses, Pointer(outputs), (int)inner.shape[1]);
        stream.Synchronize();
    }

    public void Mix(torch.Tensor outputs, CheckedRouting routing, torch.Tensor y)
    {
        Settle();
        Experts.Mix(Rows(outputs), Pointer(outputs), routing.Addresses, Pointer(y));
        stream.Synchronize();
    }

    private ExpertKernels Experts => kernels.Experts ?? throw new InvalidOperationException("The kernels were compiled without experts.");

    /// <summary>What libtorch has enqueued on its own stream is done before.</summary>
    private static void Settle() => torch.cuda.synchronize();

    private static nint Pointer(torch.Tensor tensor) => TorchShim.DataPointer(tensor);

    private static int Rows(torch.Tensor tensor) => (int)tensor.shape[0];
}
