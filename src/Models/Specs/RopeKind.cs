namespace LmDeploy.Models.Specs;

/// <summary>How rotary frequencies are stretched beyond the trained context; the names of Hugging Face's <c>rope_type</c>.</summary>
internal enum RopeKind
{
    Default,
    Linear,
    Dynamic,
    Yarn,
    Llama3,
    LongRope,
}
