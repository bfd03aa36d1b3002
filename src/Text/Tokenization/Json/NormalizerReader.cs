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
        "StripAccents" => new StripAccentsNormalizer(),
        "BertNormalizer" => ReadBert(place),
        "Nmt" => new NmtNormalizer(),
        "Precompiled" => PrecompiledReader.Read(place),
        var other => throw place.Invalid(
            $"the normalizer \"{other}\" is not supported; supported are Sequence, NFC, NFD, NFKC, NFKD, Prepend, Replace, Strip, Lowercase, "
            + "StripAccents, BertNormalizer, Nmt, Precompiled"),
    };

    private static BertNormalizer ReadBert(JsonPlace place)
    {
        var lowercases = place.Flag("lowercase", true);
        return new BertNormalizer(
            place.Flag("clean_text", true), place.Flag("handle_chinese_chars", true), place.Flag("strip_accents", lowercases), lowercases);
    }

    public static ReplaceNormalizer ReadReplace(JsonPlace place) =>
        new(PatternReader.Read(place.Member("pattern")), place.Member("content").AsString());
}
