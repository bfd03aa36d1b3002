using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Engine.Kernels;
using LmDeploy.Engine.Tensors;
using LmDeploy.Models.Specs;
using TorchSharp;

namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>
/// Reference implementations ("twins") of the kernels in libtorch's operators. A twin uses the part of the model that its kernel replaces, where
/// there is one. Tensors are of the element type and on one device, for example the CPU. The results belong to the dispose scope of the caller.
/// </summary>
internal static class KernelTwins
{
    /// <param name="tokens">[rows], int64; -1 - r for what is in row r of <paramref name="chosen"/>.</param>
    /// <param name="chosen">int64</param>
    public static torch.Tensor Embed(torch.Tensor tokens, torch.Tensor chosen, torch.Tensor table, float scale)
    {
        var rows = tokens.bitwise_not();
        var known = torch.where(tokens < rows, chosen.index_select(0, rows.relu()), tokens);
        return table.index_select(0, known).to(torch.float32).Times(scale).to(table.dtype);
    }

    /// <summary>The residual after half a layer, and the normed input of the next half.</summary>
    public static (torch.Tensor X, torch.Tensor Y) AddNorm(torch.Tensor x, torch.Tensor? delta, torch.Tensor? post, torch.Tensor? weight, float epsilon)
    {
        var added = delta is null ? x : x.Plus(post is null ? delta : new RmsNorm(post, epsilon).Forward(delta));
        return (added, weight is null ? added : new RmsNorm(weight, epsilon).Forward(added));
    }

    /// <param name="qkv">[rows, heads + 2 * key-value heads, head size]</param>
    /// <param name="positions">[rows], int64</param>
    /// <returns>As qkv.</returns>
    public static torch.Tensor Rope(torch.Tensor qkv, in RopeArguments rope, torch.Tensor positions, int heads, int keyValueHeads)
    {
        var biased = rope.Bias is null ? qkv : qkv.Plus(rope.Bias.view(1, qkv.shape[1], qkv.shape[2]));
        var (queries, keys, values) = (
            biased.narrow(1, 0, heads), biased.narrow(1, heads, keyValueHeads), biased.narrow(1, heads + keyValueHeads, keyValueHeads));
        queries = rope.QueryNorm is null ? queries : new RmsNorm(rope.QueryNorm, rope.NormEpsilon).Forward(queries);
        keys = rope.KeyNorm is null ? keys : new RmsNorm(rope.KeyNorm, rope.NormEpsilon).Forward(keys);
        if (rope.Frequencies is { } frequencies)
        {
            var angles = positions.to(torch.float32).unsqueeze(1) * frequencies.view(1, -1);
            var rotation = new RotaryAngles(
                angles.cos().Times(rope.Factor).to(qkv.dtype).unsqueeze(1), angles.sin().Times(rope.Factor).to(qkv.dtype).unsqueeze(1), rope.Neighbours);
            (queries, keys) = (rotation.Rotate(queries), rotation.Rotate(keys));
        }

        return torch.cat([queries.to(torch.float32).Times(rope.QueryScale).to(qkv.dtype), keys, values], 1);
    }

    /// <summary>Attention of one query of one sequence, in float32.</summary>
    /// <param name="queries">[heads, head size]</param>
    /// <param name="keys">Those that are seen: [keys, key-value heads, head size].</param>
    /// <returns>[heads, head size], float32</returns>
    public static torch.Tensor Attend(torch.Tensor queries, torch.Tensor keys, torch.Tensor values, in AttentionArguments attention)
    {
        var (heads, headDim, keyValueHeads) = (queries.shape[0], queries.shape[1], keys.shape[1]);
        var grouped = queries.to(torch.float32).view(keyValueHeads, heads / keyValueHeads, headDim);
        var scores = grouped.matmul(keys.to(torch.float32).permute(1, 2, 0)).Times(attention.Scale);
        if (attention.Cap > 0)
        {
            scores = scores.Over(attention.Cap).tanh().Times(attention.Cap);
        }

        var sinks = attention.Sinks?.to(torch.float32).view(keyValueHeads, heads / keyValueHeads, 1);
        var shares = (sinks is null ? scores : torch.cat([scores, sinks], 2)).softmax(2).narrow(2, 0, keys.shape[0]);
        return shares.matmul(values.to(torch.float32).transpose(0, 1)).reshape(heads, headDim);
    }

    /// <param name="weight">[outputs, inputs]</param>
    /// <param name="x">[inputs]</param>
    public static torch.Tensor Gemv(torch.Tensor weight, torch.Tensor x) => weight.to(torch.float32).mv(x.to(torch.float32)).to(weight.dtype);

    /// <param name="weight">[2 * size, inputs]</param>
    public static torch.Tensor GemvGate(torch.Tensor weight, torch.Tensor x, Activation activation) =>
        Activations.Gated(activation, Gemv(weight, x).unsqueeze(0), weight.shape[0] / 2).squeeze(0);

    /// <param name="logits">[rows, experts]</param>
    /// <returns>The experts of every row one after the other, and their weights [rows, experts per token].</returns>
    public static (int[] Chosen, torch.Tensor Weights) Route(torch.Tensor logits, int perToken, bool normalize, float factor)
    {
        int[] chosen = [.. Enumerable.Range(0, (int)logits.shape[0]).SelectMany(row => Largest(CheckData.Read(logits.narrow(0, row, 1)), perToken))];
        var places = torch.tensor(chosen).to(torch.int64).view(logits.shape[0], perToken).to(logits.device);
        var scores = logits.to(torch.float32).softmax(1).gather(1, places);
        return (chosen, (normalize ? scores / scores.sum(1, keepdim: true) : scores).Times(factor));
    }

    /// <param name="weight">[experts, 2 * size, hidden]</param>
    /// <param name="x">[rows, hidden]</param>
    /// <returns>[pairs, size], by expert.</returns>
    public static torch.Tensor ExpertsGateUp(torch.Tensor weight, torch.Tensor x, int[] chosen, int[] order, Activation activation)
    {
        var perToken = chosen.Length / (int)x.shape[0];
        return torch.stack([.. order.Select(pair => GemvGate(weight.select(0, chosen[pair]), x.select(0, pair / perToken), activation))], 0);
    }

    /// <param name="weight">[experts, hidden, size]</param>
    /// <param name="inner">[pairs, size], by expert.</param>
    /// <returns>[pairs, hidden], by row.</returns>
    public static torch.Tensor ExpertsDown(torch.Tensor weight, torch.Tensor inner, int[] chosen, int[] order) =>
        torch.stack([.. Enumerable.Range(0, order.Length)
            .OrderBy(place => order[place])
            .Select(place => Gemv(weight.select(0, chosen[order[place]]), inner.select(0, place)))], 0);

    /// <param name="outputs">[rows, experts per token, hidden]</param>
    /// <param name="weights">[rows, experts per token]</param>
    public static torch.Tensor Mix(torch.Tensor outputs, torch.Tensor weights) => (outputs.to(torch.float32) * weights.unsqueeze(2)).sum(1).to(outputs.dtype);

    /// <returns>The places of the largest of a row, of equal ones the lower first.</returns>
    public static int[] Largest(ReadOnlySpan<float> row, int count)
    {
        var values = row.ToArray();
        var places = Enumerable.Range(0, values.Length).ToArray();
        Array.Sort(places, (left, right) => values[left] != values[right] ? values[right].CompareTo(values[left]) : left - right);
        return places[..Math.Min(count, places.Length)];
    }
}
