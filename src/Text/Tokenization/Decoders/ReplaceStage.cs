using LmDeploy.Text.Tokenization.Normalizers;

namespace LmDeploy.Text.Tokenization.Decoders;

/// <summary>Replaces a pattern in each token.</summary>
internal sealed class ReplaceStage(ReplaceNormalizer replacement) : IDecoderStage
{
    public void Push(string text, List<string> output) => output.Add(replacement.Normalize(text));

    public void Complete(List<string> output)
    {
    }
}
