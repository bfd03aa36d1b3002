namespace LmDeploy;

/// <summary>Where the weights of a model come from.</summary>
public enum LoadFormat
{
    /// <summary>From the checkpoint in the model folder.</summary>
    Auto,

    /// <summary>
    /// Random numbers for the shapes of config.json, the same each time: for measurements without a checkpoint. The folder needs config.json and a tokenizer;
    /// a model whose weights are quantized is refused.
    /// </summary>
    Dummy,
}
