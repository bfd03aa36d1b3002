using LmDeploy.Worker.Tokenization.UnicodeNormalization;

namespace LmDeploy.Worker.Tokenization.Normalizers;

/// <summary>One of the four Unicode normalization forms.</summary>
internal sealed class UnicodeNormalizer(NormalizationKind kind) : INormalizer
{
    public string Normalize(string text, long mostBytes) => CanonicalText.Normalize(text, kind);
}
