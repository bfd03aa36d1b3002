using LmDeploy.Worker.Models.Parts;
using TorchSharp;

namespace LmDeploy.Worker.Models;

/// <summary>Assembles a decoder from its description and a checkpoint with the weight names of Hugging Face's Llama-like models.</summary>
internal static class DecoderBuilder
{
    /// <exception cref="Errors.EngineException">A tensor is missing, misshapen or of a type that is not read.</exception>
    public static Decoder Build(DecoderSpec spec, WeightLoader weights)
    {
        var rope = new RotaryEmbedding(new RopeFrequencies(spec.Rope, spec.Attention.HeadDim), spec.Attention.HeadDim, weights.Device);
        var embedding = weights.Matrix("model.embed_tokens.weight", spec.VocabSize, spec.HiddenSize);
        var layers = Enumerable.Range(0, spec.Layers).Select(layer => Layer(spec, layer, weights, rope)).ToList();
        var norm = Norm(spec, "model.norm.weight", spec.HiddenSize, weights);
        var output = spec.TieWordEmbeddings ? null : new Linear(weights.Matrix("lm_head.weight", spec.VocabSize, spec.HiddenSize));
        return new Decoder(spec, embedding, layers, norm, output, rope);
    }

    private static DecoderLayer Layer(DecoderSpec spec, int layer, WeightLoader weights, RotaryEmbedding rope)
    {
        var name = $"model.layers.{layer}";
        return new DecoderLayer(
            Norm(spec, $"{name}.input_layernorm.weight", spec.HiddenSize, weights),
            Attention(spec, layer, $"{name}.self_attn", weights, rope),
            Norm(spec, $"{name}.post_attention_layernorm.weight", spec.HiddenSize, weights),
            Mlp(spec, $"{name}.mlp", weights));
    }

    private static Attention Attention(DecoderSpec spec, int layer, string name, WeightLoader weights, RotaryEmbedding rope)
    {
        var attention = spec.Attention;
        var (q, kv) = (attention.QuerySize, attention.KeyValueSize);
        return new Attention(
            attention,
            layer,
            spec.SlidingWindows[layer],
            new Linear(
                weights.StackedMatrix(spec.HiddenSize, ($"{name}.q_proj.weight", q), ($"{name}.k_proj.weight", kv), ($"{name}.v_proj.weight", kv)),
                attention.QkvBias ? weights.StackedVector(($"{name}.q_proj.bias", q), ($"{name}.k_proj.bias", kv), ($"{name}.v_proj.bias", kv)) : null),
            new Linear(weights.Matrix($"{name}.o_proj.weight", spec.HiddenSize, q), Bias(attention.OutputBias, $"{name}.o_proj.bias", spec.HiddenSize, weights)),
            attention.QkNorm ? Norm(spec, $"{name}.q_norm.weight", attention.HeadDim, weights) : null,
            attention.QkNorm ? Norm(spec, $"{name}.k_norm.weight", attention.HeadDim, weights) : null,
            rope);
    }

    private static GatedMlp Mlp(DecoderSpec spec, string name, WeightLoader weights)
    {
        var size = spec.IntermediateSize;
        return new GatedMlp(
            new Linear(
                weights.StackedMatrix(spec.HiddenSize, ($"{name}.gate_proj.weight", size), ($"{name}.up_proj.weight", size)),
                spec.MlpBias ? weights.StackedVector(($"{name}.gate_proj.bias", size), ($"{name}.up_proj.bias", size)) : null),
            new Linear(weights.Matrix($"{name}.down_proj.weight", spec.HiddenSize, size), Bias(spec.MlpBias, $"{name}.down_proj.bias", spec.HiddenSize, weights)),
            size);
    }

    private static RmsNorm Norm(DecoderSpec spec, string name, int size, WeightLoader weights) =>
        new(weights.Vector(name, size), spec.NormEpsilon);

    private static torch.Tensor? Bias(bool wanted, string name, int size, WeightLoader weights) => wanted ? weights.Vector(name, size) : null;
}
