using LmDeploy.Text.Tokenization.UnicodeNormalization;

namespace LmDeploy.Text.Tokenization.Normalizers;

/// <summary>One of the four Unicode normalization forms.</summary>
internal sealed class UnicodeNormalizer(NormalizationKind kind) : INormalizer
{
    public string Normalize(string text, long mostBytes) => CanonicalText.Normalize(text, kind);
}
