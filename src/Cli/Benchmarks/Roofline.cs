namespace LmDeploy.Cli.Benchmarks;

/// <summary>
/// The roofline of a model on a device, which its figures cannot be better than: the weights and the keys and values that have to be read, and the products
/// that have to be computed.
/// </summary>
/// <remarks>
/// Attention's own arithmetic, norms, sampling and everything between the processes count as nothing, and of a model with experts all of them are read.
/// </remarks>
internal sealed class Roofline(ModelInfo model, DeviceCeilings ceilings)
{
    /// <summary>Weights that a token is multiplied with.</summary>
    private double StepParameters => model.WeightBytes == 0 ? 0 : (double)model.Parameters * model.StepWeightBytes / model.WeightBytes;

    /// <summary>The output layer is needed for the last token of a prompt alone.</summary>
    private double PromptParameters => Math.Max(0, StepParameters - ((double)model.VocabSize * model.HiddenSize));

    /// <summary>Of a step in which each sequence gets a token; NaN where the device was not measured.</summary>
    /// <param name="context">Tokens of each sequence.</param>
    public double StepMilliseconds(double batchSize, double context) => Slower(
        (model.StepWeightBytes + (batchSize * context * model.CacheBytesPerToken)) / ceilings.MemoryBytesPerSecond,
        2 * batchSize * StepParameters / ceilings.ProductFlops);

    /// <summary>Of a prompt.</summary>
    public double PrefillMilliseconds(double tokens) =>
        Slower(model.StepWeightBytes / ceilings.MemoryBytesPerSecond, 2 * tokens * PromptParameters / ceilings.ProductFlops);

    /// <summary>Of many requests, so many of them at a time.</summary>
    public double ServeTokensPerSecond(double requests, double input, double output, double concurrency)
    {
        var prefills = requests * 2 * input * PromptParameters / ceilings.ProductFlops * 1000;
        var atOnce = Math.Min(concurrency, requests);
        var steps = requests * output / atOnce * StepMilliseconds(atOnce, input + (output / 2));
        return requests * output / (prefills + steps) * 1000;
    }

    /// <summary>Of weights on their way to where they are computed with: over the bus to a GPU, or read and written once on a CPU.</summary>
    public static double LoadBytesPerSecond(DeviceCeilings ceilings) =>
        ceilings.HostToDeviceBytesPerSecond > 0 ? ceilings.HostToDeviceBytesPerSecond : ceilings.MemoryBytesPerSecond / 2;

    /// <summary>Products in another type than the measured one have another limit, which is not known.</summary>
    private double Slower(double readSeconds, double productSeconds) =>
        1000 * (model.Dtype == ceilings.ProductDtype ? Math.Max(readSeconds, productSeconds) : readSeconds);
}
