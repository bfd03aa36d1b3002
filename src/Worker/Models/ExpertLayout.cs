namespace LmDeploy.Worker.Models;

/// <summary>How a checkpoint holds the experts of a layer.</summary>
internal enum ExpertLayout
{
    /// <summary>The matrices of each expert by themselves, under its number.</summary>
    Separate,

    /// <summary>One tensor for all experts, inputs before outputs, gate and up in turns, with biases (GPT-OSS).</summary>
    Interleaved,

    /// <summary>As <see cref="Interleaved"/>, but outputs before inputs and in MXFP4: <c>_blocks</c> of 32 values and their <c>_scales</c>.</summary>
    InterleavedMxfp4,
}
