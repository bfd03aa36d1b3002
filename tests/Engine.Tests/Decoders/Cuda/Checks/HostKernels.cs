using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders.Cuda.Checks;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Decoders.Cuda.Checks;

/// <summary>Kernels on the CPU: their twins, with what <paramref name="spoil"/> makes of what each writes.</summary>
internal sealed class HostKernels(KernelDefinitions sizes, Action<string, torch.Tensor> spoil) : ICheckedKernels
{
    public KernelDefinitions Sizes => sizes;

    public void Embed(torch.Tensor tokens, torch.Tensor chosen, torch.Tensor table, float scale, torch.Tensor x) =>
        Write("embed", x, KernelTwins.Embed(tokens.to(torch.int64), chosen.to(torch.int64), table, scale));

    public void AddNorm(torch.Tensor x, torch.Tensor? delta, torch.Tensor? post, torch.Tensor? weight, torch.Tensor y, float epsilon)
    {
        var (added, normed) = KernelTwins.AddNorm(x, delta, post, weight, epsilon);
        Write("add_norm", y, normed);
        x.copy_(added);
    }

    public void RopeToCache(torch.Tensor qkv, in RopeArguments rope, torch.Tensor positions, torch.Tensor slots, torch.Tensor keys, torch.Tensor values)
    {
        var rotated = KernelTwins.Rope(qkv, rope, positions.to(torch.int64), sizes.Heads, sizes.KeyValueHeads);
        qkv.copy_(rotated);
        var into = Integers(slots);
        for (var row = 0; row < into.Length; row++)
        {
            if (into[row] >= 0)
            {
                keys.narrow(0, into[row], 1).copy_(rotated.narrow(0, row, 1).narrow(1, sizes.Heads, sizes.KeyValueHeads));
                values.narrow(0, into[row], 1).copy_(rotated.narrow(0, row, 1).narrow(1, sizes.Heads + sizes.KeyValueHeads, sizes.KeyValueHeads));
            }
        }

        spoil("rope_to_cache", values);
    }

    public void Attend(
        torch.Tensor qkv, torch.Tensor keys, torch.Tensor values, torch.Tensor lengths, torch.Tensor tables, int splits, torch.Tensor output,
        in AttentionArguments attention, torch.Tensor counters)
    {
        var (length, width, blocks) = (Integers(lengths), (int)tables.shape[1], Integers(tables));
        for (var row = 0; row < length.Length; row++)
        {
            var first = attention.Window > 0 ? Math.Max(0, length[row] - attention.Window) : 0;
            var slots = new List<long>();
            for (var position = first; position < length[row]; position++)
            {
                slots.Add(((long)blocks[(row * width) + (position / sizes.BlockSize)] * sizes.BlockSize) + (position % sizes.BlockSize));
            }

            if (slots.Count > 0)
            {
                var seen = torch.tensor(slots.ToArray());
                output.narrow(0, row, 1).copy_(KernelTwins.Attend(qkv
                    .select(0, row)
                    .narrow(0, 0, sizes.Heads), keys.index_select(0, seen), values.index_select(0, seen), attention).unsqueeze(0));
            }
        }

        spoil("decode_attention", output);
    }

    public bool AttendsPrompts => sizes.CanAttendPrompts;

    public void AttendPrompts(
        torch.Tensor qkv, torch.Tensor keys, torch.Tensor values, torch.Tensor tiles, torch.Tensor tables, torch.Tensor output, in AttentionArguments attention)
    {
        var blocks = Integers(tables);
        foreach (var tile in Integers(tiles).Chunk(PromptTiles.Integers))
        {
            for (var i = 0; i < tile[1]; i++)
            {
                var position = tile[2] + i;
                var first = attention.Window > 0 ? Math.Max(0, position + 1 - attention.Window) : 0;
                var seen = torch.tensor(Enumerable.Range(first, position + 1 - first)
                    .Select(at => ((long)blocks[tile[3] + (at / sizes.BlockSize)] * sizes.BlockSize) + (at % sizes.BlockSize))
                    .ToArray());
                var row = tile[0] + i;
                output.narrow(0, row, 1).copy_(KernelTwins.Attend(qkv
                    .select(0, row)
                    .narrow(0, 0, sizes.Heads), keys.index_select(0, seen), values.index_select(0, seen), attention).unsqueeze(0));
            }
        }

        spoil("prefill_attention", output);
    }

    public void Gate(torch.Tensor both, torch.Tensor y) => Write("gate", y, Activations.Gated(sizes.Activation, both, y.shape[1]));

    public void Gemv(torch.Tensor weight, torch.Tensor x, torch.Tensor y) => Write("gemv", y, KernelTwins.Gemv(weight, x));

    public void GemvGate(torch.Tensor weight, torch.Tensor x, torch.Tensor y) => Write("gemv_gate", y, KernelTwins.GemvGate(weight, x, sizes.Activation));

    public void Argmax(torch.Tensor x, torch.Tensor indexes) =>
        Write(
            "argmax",
            indexes,
            torch.tensor(Enumerable.Range(0, (int)x.shape[0]).Select(row => KernelTwins.Largest(CheckData.Read(x.select(0, row)), 1)[0]).ToArray()));

    public void Candidates(torch.Tensor x, torch.Tensor largest)
    {
        var all = new List<int>();
        for (var row = 0; row < x.shape[0]; row++)
        {
            var values = CheckData.Read(x.select(0, row));
            var places = KernelTwins.Largest(values, TokenCandidates.Wanted + 3);
            var entries = places.SelectMany(place => (int[])[place, BitConverter.SingleToInt32Bits(values[place])]);
            all.AddRange([places.Length, .. entries, .. new int[2 * (TokenCandidates.Most - places.Length)]]);
        }

        Write("candidates", largest, torch.tensor(all.ToArray()).view(largest.shape));
    }

    public void Route(torch.Tensor logits, torch.Tensor slots, CheckedRouting routing, bool normalize, float factor)
    {
        var (chosen, weights) = KernelTwins.Route(logits, sizes.ExpertsPerToken, normalize, factor);
        var slot = Integers(slots);
        for (var row = 0; row < slot.Length; row++)
        {
            if (slot[row] < 0)
            {
                chosen.AsSpan(row * sizes.ExpertsPerToken, sizes.ExpertsPerToken).Fill(-1);
                weights.narrow(0, row, 1).zero_();
            }
        }

        var found = CheckedRouting.Of(chosen, weights, sizes.Experts);
        routing.Chosen.copy_(found.Chosen);
        routing.Plan.copy_(found.Plan);
        routing.Order.copy_(found.Order);
        Write("route", routing.Weights, found.Weights);
    }

    public void ExpertsGateUp(torch.Tensor weight, torch.Tensor x, CheckedRouting routing, torch.Tensor inner) => Write(
        Wide("experts_gate_up", x.shape[0]), inner, KernelTwins.ExpertsGateUp(weight, x, Integers(routing.Chosen), Integers(routing.Order), sizes.Activation));

    public void ExpertsDown(torch.Tensor weight, torch.Tensor inner, CheckedRouting routing, torch.Tensor outputs) => Write(
        Wide("experts_down", outputs.shape[0]),
        outputs,
        KernelTwins.ExpertsDown(weight, inner, Integers(routing.Chosen), Integers(routing.Order)).view(outputs.shape));

    public void Mix(torch.Tensor outputs, CheckedRouting routing, torch.Tensor y) => Write("mix", y, KernelTwins.Mix(outputs, routing.Weights));

    private string Wide(string kernel, long rows) => sizes.ExpertsAreWide((int)rows) ? $"{kernel}_wide" : kernel;

    private static int[] Integers(torch.Tensor tensor) => MemoryMarshal.Cast<byte, int>(tensor.contiguous().bytes).ToArray();

    private void Write(string kernel, torch.Tensor target, torch.Tensor result)
    {
        target.copy_(result);
        spoil(kernel, target);
    }
}
