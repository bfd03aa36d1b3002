using System.Globalization;
using System.Text.Json;
using LmDeploy.Text.Tokenization.AddedTokens;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>
/// Reads tokenizer_config.json, special_tokens_map.json and added_tokens.json, each of which may be absent. What the
/// first says about a special token goes before what the second says.
/// </summary>
internal sealed class TokenizerConfigReader
{
    /// <summary>The id of a token that is only named.</summary>
    public const int NoId = -1;

    private static readonly string[] _names = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];
    private static readonly string[] _lists = ["additional_special_tokens", "extra_special_tokens"];

    private readonly Dictionary<string, AddedToken> _named = [];
    private readonly List<AddedToken> _listed = [];
    private readonly List<AddedToken> _added = [];

    public static TokenizerConfig Read(string folder)
    {
        var reader = new TokenizerConfigReader();
        var file = Path.Combine(folder, "tokenizer_config.json");
        var (addBos, addEos, legacy, prefix) = With(file, reader.ReadConfig);
        With(Path.Combine(folder, "special_tokens_map.json"), place => reader.ReadSpecial(place));
        With(Path.Combine(folder, "added_tokens.json"), reader.ReadAddedTokens);

        string? Name(string name) => reader._named.GetValueOrDefault(name)?.Content;
        return new TokenizerConfig(
            file,
            new SpecialTokens(Name("bos_token"), Name("eos_token"), Name("unk_token"), Name("pad_token")),
            reader._added,
            [.. reader._named.Values, .. reader._listed],
            addBos,
            addEos)
        {
            IsLegacy = legacy ?? true,
            AddPrefixSpace = prefix ?? true,
        };
    }

    private static T? With<T>(string file, Func<JsonPlace, T> read)
    {
        using var document = JsonFile.TryParse(file);
        return document is null ? default : read(new JsonPlace(document.RootElement, file, ""));
    }

    private static AddedToken Token(JsonPlace place) => place.Element.ValueKind == JsonValueKind.String
        ? new AddedToken(NoId, place.AsString(), false, false, false, Normalized: false, Special: true)
        : AddedTokenReader.Read(place, NoId, special: true);

    private (bool? AddBos, bool? AddEos, bool? Legacy, bool? Prefix) ReadConfig(JsonPlace place)
    {
        if (place.Find("added_tokens_decoder") is { } decoder)
        {
            foreach (var (name, token) in decoder.Members())
            {
                var isId = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id <= JsonPlace.MaxId;
                _added.Add(AddedTokenReader.Read(token, isId ? id : throw decoder.Invalid($"\"{name}\" is not a token id"), special: false));
            }
        }

        ReadSpecial(place);
        return (place.Find("add_bos_token")?.AsBool(), place.Find("add_eos_token")?.AsBool(),
            place.Find("legacy")?.AsBool(), place.Find("add_prefix_space")?.AsBool());
    }

    private bool ReadSpecial(JsonPlace place)
    {
        foreach (var name in _names)
        {
            if (place.Find(name) is { } token && !_named.ContainsKey(name))
            {
                _named.Add(name, Token(token));
            }
        }

        foreach (var list in _lists.Select(place.Find).OfType<JsonPlace>())
        {
            // A list of tokens or, for some multimodal models, an object of names and tokens.
            var tokens = list.Element.ValueKind == JsonValueKind.Object ? list.Members().Select(member => member.Value) : list.Items();
            _listed.AddRange(tokens.Select(Token));
        }

        return true;
    }

    private bool ReadAddedTokens(JsonPlace place)
    {
        foreach (var (content, id) in place.Members())
        {
            if (_added.TrueForAll(token => token.Content != content))
            {
                _added.Add(new AddedToken(id.AsId(), content, false, false, false, Normalized: true, Special: false));
            }
        }

        return true;
    }
}
