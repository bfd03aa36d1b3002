using System.Text.Json;
using LmDeploy.Text.Errors;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>A JSON value that knows its file and its place in it, so that each failure can name both.</summary>
internal readonly struct JsonPlace(JsonElement element, string file, string path)
{
    /// <summary>The largest token id accepted: the tables are indexed by id.</summary>
    public const int MaxId = (1 << 24) - 1;

    public JsonElement Element { get; } = element;

    public string File { get; } = file;

    public string Path { get; } = path;

    /// <summary>The member of that name, or null where it is absent or JSON null.</summary>
    public JsonPlace? Find(string name)
    {
        Require(JsonValueKind.Object, "an object");
        return Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? new JsonPlace(value, File, Join(name))
            : null;
    }

    public JsonPlace Member(string name) => Find(name) ?? throw Invalid($"\"{name}\" is missing");

    public string? Text(string name) => Find(name)?.AsString();

    public bool Flag(string name, bool fallback) => Find(name)?.AsBool() ?? fallback;

    /// <summary>The name in "type", which says what kind of component this object is.</summary>
    public string Type() => Member("type").AsString();

    public string AsString()
    {
        Require(JsonValueKind.String, "a string");
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Invalid("the string is not valid Unicode", e);
        }
    }

    public bool AsBool() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Invalid($"expected true or false, found {Element.ValueKind}"),
    };

    /// <summary>A token id, 0 to <see cref="MaxId"/>.</summary>
    public int AsId() => AsInt(MaxId);

    /// <summary>A whole number from 0 to <paramref name="max"/>.</summary>
    public int AsInt(int max)
    {
        Require(JsonValueKind.Number, "a number");
        return Element.TryGetInt32(out var value) && value >= 0 && value <= max
            ? value
            : throw Invalid($"{Element.GetRawText()} is not a whole number from 0 to {max}");
    }

    public float AsFloat()
    {
        Require(JsonValueKind.Number, "a number");
        return Element.TryGetSingle(out var value) && float.IsFinite(value) ? value : throw Invalid("the number is out of range");
    }

    public IEnumerable<JsonPlace> Items()
    {
        Require(JsonValueKind.Array, "an array");
        var index = 0;
        foreach (var item in Element.EnumerateArray())
        {
            yield return new JsonPlace(item, File, $"{Path}[{index++}]");
        }
    }

    /// <summary>The members of an object in file order.</summary>
    public IEnumerable<(string Name, JsonPlace Value)> Members()
    {
        Require(JsonValueKind.Object, "an object");
        foreach (var member in Element.EnumerateObject())
        {
            yield return (NameOf(member), new JsonPlace(member.Value, File, Join(NameOf(member))));
        }
    }

    /// <summary>The name of a member of this object.</summary>
    public string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException e)
        {
            throw Invalid("a name is not valid Unicode", e);
        }
    }

    public void Require(JsonValueKind kind, string description)
    {
        if (Element.ValueKind != kind)
        {
            throw Invalid($"expected {description}, found {Element.ValueKind}");
        }
    }

    public EngineException Invalid(string problem, Exception? innerException = null) =>
        TokenizerErrors.InvalidFile(File, $"at {(Path.Length == 0 ? "the top" : Path)}: {problem}", innerException);

    private string Join(string name) => Path.Length == 0 ? name : $"{Path}.{name}";
}
