namespace LmDeploy.Models.Specs;

/// <summary>What queries and keys are normalized over before they are rotated.</summary>
internal enum QueryKeyNorm
{
    None,

    /// <summary>Each head by itself (Qwen 3, Gemma 3).</summary>
    PerHead,

    /// <summary>All heads of a token together (OLMo 2).</summary>
    PerProjection,
}
