using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Families;
using LmDeploy.Models.Quantization;
using LmDeploy.Models.Specs;
using LmDeploy.Models.Weights;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models;

/// <summary>A Hugging Face model folder, read and checked as far as that goes without its weights' numbers: the one reader of it for all programs.</summary>
/// <remarks>The files of the checkpoint are open until it is disposed of. Thread-safe but for that.</remarks>
internal sealed class ModelFolder : IDisposable
{
    private ModelFolder(string path, ConfigFile config, DecoderSpec spec, IWeightFormat? format, Checkpoint? checkpoint)
    {
        (Path, Config, Spec, Format, Checkpoint) = (path, config, spec, format, checkpoint);
        Weights = DecoderWeights.Of(spec, name => checkpoint?.Contains(name) == true);
        Manifest = checkpoint is null ? WeightManifest.OfMade(Weights) : WeightManifest.Of(Weights, checkpoint, format);
    }

    public string Path { get; }

    public ConfigFile Config { get; }

    public DecoderSpec Spec { get; }

    /// <summary>How quantized matrices are stored; null where the weights are plain numbers.</summary>
    public IWeightFormat? Format { get; }

    /// <summary>Null where weights are made.</summary>
    public Checkpoint? Checkpoint { get; }

    public DecoderWeights Weights { get; }

    public WeightManifest Manifest { get; }

    /// <param name="makesWeights">Whether the weights are random numbers (<c>load_format</c> dummy); then the folder needs no checkpoint.</param>
    /// <param name="cancellationToken">Gives up between two files.</param>
    /// <exception cref="EngineException">The folder cannot be served; the message names the file, the tensor or the key, and what was expected.</exception>
    public static ModelFolder Open(string path, bool makesWeights = false, CancellationToken cancellationToken = default)
    {
        var config = ConfigFile.Open(path, "config.json");
        var spec = ModelFamilies.Describe(config);
        var format = WeightFormats.Find(path, config);
        if (makesWeights && format is not null)
        {
            throw new EngineException(
                ErrorCodes.UnsupportedFeature,
                $"load_format is 'dummy', but the weights of '{path}' are quantized ({format.Description}), and random ones are made as plain numbers only. "
                    + "Take quantization out of its settings.",
                "load_format");
        }

        var checkpoint = makesWeights ? null : Checkpoint.Open(path, cancellationToken);
        try
        {
            return new ModelFolder(path, config, spec, format, checkpoint);
        }
        catch
        {
            checkpoint?.Dispose();
            throw;
        }
    }

    public void Dispose() => Checkpoint?.Dispose();
}
