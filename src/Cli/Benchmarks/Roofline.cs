namespace LmDeploy.Cli.Benchmarks;

/// <summary>
/// The roofline of a model on a device, an upper bound of its figures: memory traffic of weights and KV cache, and arithmetic of matrix products.
/// </summary>
/// <remarks>Ignores the arithmetic of attention, norms, sampling and communication between processes. Assumes that all experts of a model are read.</remarks>
internal sealed class Roofline(ModelInfo model, DeviceCeilings ceilings)
{
    /// <summary>Parameters that a token is multiplied with.</summary>
    private double StepParameters => model.WeightBytes == 0 ? 0 : (double)model.Parameters * model.StepWeightBytes / model.WeightBytes;

    /// <summary>Parameters of prefill: the output layer is only needed for the last token of a prompt.</summary>
    private double PromptParameters => Math.Max(0, StepParameters - ((double)model.VocabSize * model.HiddenSize));

    /// <summary>The bound of a decode step; NaN where the device was not measured.</summary>
    /// <param name="context">Tokens of each sequence.</param>
    public double StepMilliseconds(double batchSize, double context) => Slower(
        (model.StepWeightBytes + (batchSize * context * model.CacheBytesPerToken)) / ceilings.MemoryBytesPerSecond,
        2 * batchSize * StepParameters / ceilings.ProductFlops);

    /// <summary>The bound of a prefill.</summary>
    public double PrefillMilliseconds(double tokens) =>
        Slower(model.StepWeightBytes / ceilings.MemoryBytesPerSecond, 2 * tokens * PromptParameters / ceilings.ProductFlops);

    /// <summary>The bound of a load with a number of concurrent requests.</summary>
    public double ServeTokensPerSecond(double requests, double input, double output, double concurrency)
    {
        var prefills = requests * 2 * input * PromptParameters / ceilings.ProductFlops * 1000;
        var atOnce = Math.Min(concurrency, requests);
        var steps = requests * output / atOnce * StepMilliseconds(atOnce, input + (output / 2));
        return requests * output / (prefills + steps) * 1000;
    }

    /// <summary>The bound of loading weights: over the bus to a GPU, or read and written once on a CPU.</summary>
    public static double LoadBytesPerSecond(DeviceCeilings ceilings) =>
        ceilings.HostToDeviceBytesPerSecond > 0 ? ceilings.HostToDeviceBytesPerSecond : ceilings.MemoryBytesPerSecond / 2;

    /// <summary>Products in another type than the measured one have another limit, which is not known.</summary>
    private double Slower(double readSeconds, double productSeconds) =>
        1000 * (model.Dtype == ceilings.ProductDtype ? Math.Max(readSeconds, productSeconds) : readSeconds);
}
