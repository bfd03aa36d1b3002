namespace LmDeploy.Models.Specs;

/// <summary>What a family calls its tensors. The defaults are Llama's; a norm that is null is not there.</summary>
internal sealed record WeightNames
{
    /// <summary>Before every name but the output's. Checkpoints of the bare model leave it out, and may.</summary>
    public string Base { get; init; } = "model.";

    public string Embedding { get; init; } = "embed_tokens.weight";

    public string PositionEmbedding { get; init; } = "wpe.weight";

    public string FinalNorm { get; init; } = "norm";

    public string Output { get; init; } = "lm_head.weight";

    /// <summary>Before the number of a layer.</summary>
    public string Layers { get; init; } = "layers";

    public string? AttentionInputNorm { get; init; } = "input_layernorm";

    public string? AttentionOutputNorm { get; init; }

    public string? MlpInputNorm { get; init; } = "post_attention_layernorm";

    public string? MlpOutputNorm { get; init; }

    public string Attention { get; init; } = "self_attn";

    /// <summary>Queries, keys and values: three names, or one where they are fused.</summary>
    public IReadOnlyList<string> Qkv { get; init; } = ["q_proj", "k_proj", "v_proj"];

    public QkvLayout QkvLayout { get; init; }

    public string AttentionOutput { get; init; } = "o_proj";

    public string Mlp { get; init; } = "mlp";

    /// <summary>Gate and up, or one name where they are fused or where there is no gate.</summary>
    public IReadOnlyList<string> GateUp { get; init; } = ["gate_proj", "up_proj"];

    public string Down { get; init; } = "down_proj";

    public string Router { get; init; } = "gate";

    /// <summary>Whether plain checkpoints have matrices as [inputs, outputs].</summary>
    public bool InputsFirst { get; init; }
}
