namespace LmDeploy.Models.Specs;

/// <summary>The non-linearity of a feed-forward network.</summary>
internal enum Activation
{
    Silu,

    /// <summary>The exact GELU, with the error function.</summary>
    Gelu,

    /// <summary>GELU by tanh: <c>gelu_new</c> and <c>gelu_pytorch_tanh</c>.</summary>
    GeluTanh,

    Relu,

    /// <summary>GPT-OSS: both halves clamped at 7, gate * sigmoid(1.702 * gate) * (up + 1). Gated networks only.</summary>
    ClampedSwiGlu,
}
