using LmDeploy.Text.Tokenization.Normalizers;
using LmDeploy.Text.Tokenization.UnicodeNormalization;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads "normalizer".</summary>
internal static class NormalizerReader
{
    public static INormalizer Read(JsonPlace place) => place.Type() switch
    {
        "Sequence" => new SequenceNormalizer([.. place.Member("normalizers").Items().Select(Read)]),
        "NFC" => new UnicodeNormalizer(NormalizationKind.Nfc),
        "NFD" => new UnicodeNormalizer(NormalizationKind.Nfd),
        "NFKC" => new UnicodeNormalizer(NormalizationKind.Nfkc),
        "NFKD" => new UnicodeNormalizer(NormalizationKind.Nfkd),
        "Prepend" => new PrependNormalizer(place.Member("prepend").AsString()),
        "Replace" => ReadReplace(place),
        "Strip" => new StripNormalizer(place.Member("strip_left").AsBool(), place.Member("strip_right").AsBool()),
        "Lowercase" => new LowercaseNormalizer(),
        var other => throw place.Invalid(
            $"the normalizer \"{other}\" is not supported; supported are Sequence, NFC, NFD, NFKC, NFKD, Prepend, Replace, Strip, Lowercase"),
    };

    public static ReplaceNormalizer ReadReplace(JsonPlace place) =>
        new(PatternReader.Read(place.Member("pattern")), place.Member("content").AsString());
}
