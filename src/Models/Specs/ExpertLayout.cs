namespace LmDeploy.Models.Specs;

/// <summary>How a checkpoint holds the experts of a layer.</summary>
internal enum ExpertLayout
{
    /// <summary>The matrices of each expert by themselves, under its number.</summary>
    Separate,

    /// <summary>One tensor for all experts, inputs before outputs, gate and up in turns, with biases (GPT-OSS).</summary>
    Interleaved,
}
