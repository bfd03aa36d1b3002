namespace LmDeploy.Text.Tokenization.UnicodeNormalization;

/// <summary>The Unicode normalization forms, UAX #15.</summary>
internal enum NormalizationKind
{
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}
