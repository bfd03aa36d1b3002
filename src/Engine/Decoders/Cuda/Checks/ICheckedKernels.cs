using LmDeploy.Engine.Kernels;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>
/// Kernels that run to their end when they are called. Tensors are contiguous and on their device; integers are int32. See <see cref="DecoderKernels"/>.
/// </summary>
internal interface ICheckedKernels
{
    KernelDefinitions Sizes { get; }

    void Embed(torch.Tensor tokens, torch.Tensor chosen, torch.Tensor table, float scale, torch.Tensor x);

    void AddNorm(torch.Tensor x, torch.Tensor? delta, torch.Tensor? post, torch.Tensor? weight, torch.Tensor y, float epsilon);

    void RopeToCache(torch.Tensor qkv, in RopeArguments rope, torch.Tensor positions, torch.Tensor slots, torch.Tensor keys, torch.Tensor values);

    /// <param name="tables">[rows, width]</param>
    void Attend(
        torch.Tensor qkv, torch.Tensor keys, torch.Tensor values, torch.Tensor lengths, torch.Tensor tables, int splits, torch.Tensor output,
        in AttentionArguments attention, torch.Tensor counters);

    /// <summary>Whether <see cref="AttendPrompts"/> can be called.</summary>
    bool AttendsPrompts { get; }

    /// <param name="tiles">[pieces, 4], see <see cref="PromptTiles"/>.</param>
    void AttendPrompts(
        torch.Tensor qkv, torch.Tensor keys, torch.Tensor values, torch.Tensor tiles, torch.Tensor tables, torch.Tensor output,
        in AttentionArguments attention);

    void Gate(torch.Tensor both, torch.Tensor y);

    void Gemv(torch.Tensor weight, torch.Tensor x, torch.Tensor y);

    void GemvGate(torch.Tensor weight, torch.Tensor x, torch.Tensor y);

    void Argmax(torch.Tensor x, torch.Tensor indexes);

    void Candidates(torch.Tensor x, torch.Tensor largest);

    void Route(torch.Tensor logits, torch.Tensor slots, CheckedRouting routing, bool normalize, float factor);

    void ExpertsGateUp(torch.Tensor weight, torch.Tensor x, CheckedRouting routing, torch.Tensor inner);

    void ExpertsDown(torch.Tensor weight, torch.Tensor inner, CheckedRouting routing, torch.Tensor outputs);

    void Mix(torch.Tensor outputs, CheckedRouting routing, torch.Tensor y);
}
