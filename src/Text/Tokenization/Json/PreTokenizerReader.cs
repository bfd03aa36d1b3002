using System.Text;
using LmDeploy.Text.Tokenization.Patterns;
using LmDeploy.Text.Tokenization.PreTokenizers;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads "pre_tokenizer".</summary>
internal static class PreTokenizerReader
{
    public static IPreTokenizer Read(JsonPlace place) => place.Type() switch
    {
        "Sequence" => new SequencePreTokenizer([.. place.Member("pretokenizers").Items().Select(Read)]),
        "ByteLevel" => new ByteLevelPreTokenizer(place.Flag("add_prefix_space", true), place.Flag("use_regex", true)),
        "Split" => new PatternPreTokenizer(PatternReader.Read(place.Member("pattern")), Behavior(place.Member("behavior")), place.Flag("invert", false)),
        "Digits" => new PatternPreTokenizer(
            new RunePattern(Rune.IsNumber),
            place.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous,
            invert: false),
        "Metaspace" => new MetaspacePreTokenizer(MetaspaceReader.Replacement(place), MetaspaceReader.Scheme(place), place.Flag("split", true)),
        "Whitespace" => new PatternPreTokenizer(new RegexPattern(@"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true),
        "WhitespaceSplit" => new PatternPreTokenizer(new RunePattern(Rune.IsWhiteSpace), SplitBehavior.Removed, invert: false),
        "Punctuation" => new PatternPreTokenizer(
            new RunePattern(IsPunctuation),
            place.Find("behavior") is { } behavior ? Behavior(behavior) : SplitBehavior.Isolated,
            invert: false),
        "BertPreTokenizer" => new SequencePreTokenizer(
        [
            new PatternPreTokenizer(new RunePattern(Rune.IsWhiteSpace), SplitBehavior.Removed, invert: false),
            new PatternPreTokenizer(new RunePattern(IsPunctuation), SplitBehavior.Isolated, invert: false),
        ]),
        "CharDelimiterSplit" => new PatternPreTokenizer(
            new LiteralPattern(place.Member("delimiter").AsString()), SplitBehavior.Removed, invert: false),
        var other => throw place.Invalid(
            $"the pre-tokenizer \"{other}\" is not supported; supported are Sequence, ByteLevel, Split, Digits, "
            + "Metaspace, Whitespace, WhitespaceSplit, Punctuation, CharDelimiterSplit, BertPreTokenizer"),
    };

    private static bool IsPunctuation(Rune rune) =>
        Rune.IsPunctuation(rune) || (rune.IsAscii && (Rune.IsSymbol(rune) || Rune.IsPunctuation(rune)));

    private static SplitBehavior Behavior(JsonPlace place) =>
        Enum.TryParse<SplitBehavior>(place.AsString(), out var behavior) && Enum.IsDefined(behavior) && !char.IsAsciiDigit(place.AsString()[0])
            ? behavior
            : throw place.Invalid($"the behavior \"{place.AsString()}\" is not supported; supported are {string.Join(", ", Enum.GetNames<SplitBehavior>())}");
}
