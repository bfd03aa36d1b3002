namespace LmDeploy.Engine.Decoders.Cuda.Checks;

/// <summary>All kernels that the sources have, each with its check.</summary>
internal static class KernelCases
{
    /// <summary>In the order in which they are compared. They share one row of random numbers, so that a new one goes to the end of its kind.</summary>
    public static IReadOnlyList<KernelCase> All { get; } =
    [
        new("embed", comparison => comparison.Embed()),
        new("add_norm", comparison => comparison.AddNorm()),
        new("rope_to_cache", comparison => comparison.RopeToCache()),
        new("decode_attention", comparison => comparison.Attention()),
        new("prefill_attention", comparison => comparison.PromptAttention()) { IsCompiled = kernels => kernels.AttendsPrompts },
        new("gate", comparison => comparison.Gate()),
        new("gemv", comparison => comparison.Gemv()),
        new("gemv_gate", comparison => comparison.GemvGate()),
        new("argmax", comparison => comparison.Argmax()),
        new("candidates", comparison => comparison.Candidates()),
        OfExperts("route", experts => experts.Route()),
        OfExperts("experts_gate_up", experts => experts.GateUp(ExpertComparison.FewRows)),
        OfExperts("experts_gate_up_wide", experts => experts.GateUp(ExpertComparison.ManyRows)),
        OfExperts("experts_down", experts => experts.Down(ExpertComparison.FewRows)),
        OfExperts("experts_down_wide", experts => experts.Down(ExpertComparison.ManyRows)),
        OfExperts("mix", experts => experts.Mix()),
    ];

    private static KernelCase OfExperts(string name, Func<ExpertComparison, double> compare) =>
        new(name, comparison => compare(comparison.Experts)) { IsCompiled = kernels => kernels.Sizes.Experts > 0 };
}
