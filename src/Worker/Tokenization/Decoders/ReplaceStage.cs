using LmDeploy.Worker.Tokenization.Normalizers;

namespace LmDeploy.Worker.Tokenization.Decoders;

/// <summary>Replaces a pattern in each token.</summary>
internal sealed class ReplaceStage(ReplaceNormalizer replacement) : IDecoderStage
{
    public void Push(string text, List<string> output) => output.Add(replacement.Normalize(text));

    public void Complete(List<string> output)
    {
    }
}
