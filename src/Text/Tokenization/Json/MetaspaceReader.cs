using LmDeploy.Text.Tokenization.PreTokenizers;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads what the Metaspace pre-tokenizer and the Metaspace decoder have in common.</summary>
internal static class MetaspaceReader
{
    public static char Replacement(JsonPlace place) => Character(place.Member("replacement"));

    /// <summary>"prepend_scheme", or what the older "add_prefix_space" says; always where neither is there.</summary>
    public static PrependScheme Scheme(JsonPlace place)
    {
        var addsPrefixSpace = place.Flag("add_prefix_space", true);
        var scheme = place.Text("prepend_scheme") switch
        {
            null => addsPrefixSpace ? PrependScheme.Always : PrependScheme.Never,
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw place.Invalid($"the prepend_scheme \"{other}\" is not supported; supported are always, first, never"),
        };
        return addsPrefixSpace || scheme == PrependScheme.Never
            ? scheme
            : throw place.Invalid("add_prefix_space is false but prepend_scheme is not \"never\"");
    }

    /// <summary>A string of one UTF-16 unit.</summary>
    public static char Character(JsonPlace place) => place.AsString() is { Length: 1 } text
        ? text[0]
        : throw place.Invalid("expected one character of Unicode's basic plane");
}
