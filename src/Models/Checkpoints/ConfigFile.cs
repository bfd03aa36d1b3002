using System.Text.Json;
using LmDeploy.Files;
using LmDeploy.Json;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Checkpoints;

/// <summary>A JSON object of a model folder, read with checks: every error names the file, the key and what was expected.</summary>
internal sealed class ConfigFile
{
    private const int MaxDepth = 32;
    private const long MaxBytes = 16 << 20;

    private readonly JsonElement _root;
    private readonly string _prefix;

    private ConfigFile(string path, JsonElement root, string prefix = "")
    {
        Path = path;
        _root = root;
        _prefix = prefix;
    }

    public string Path { get; }

    /// <exception cref="EngineException"><see cref="ErrorCodes.ModelNotFound"/> for a missing folder, <see cref="ErrorCodes.InvalidConfig"/> for a missing or
    /// broken file.</exception>
    public static ConfigFile Open(string folder, string name)
    {
        if (!Directory.Exists(folder))
        {
            throw new EngineException(ErrorCodes.ModelNotFound, WithHint($"There is no model folder '{folder}'.", FolderHint.OfPath(folder)), folder);
        }

        return TryOpen(folder, name) ?? throw new EngineException(
            ErrorCodes.InvalidConfig,
            WithHint($"'{folder}' is not a model folder: it has no {name}.", FolderHint.OfFolder(folder)),
            System.IO.Path.Combine(folder, name));
    }

    private static string WithHint(string message, string? hint) => hint is null ? message : $"{message} {hint}";

    /// <returns>Null when there is no such file.</returns>
    public static ConfigFile? TryOpen(string folder, string name)
    {
        var path = System.IO.Path.Combine(folder, name);
        try
        {
            using var document = PythonJson.Parse(ModelFile.ReadAll(path, MaxBytes), new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ConfigFile(path, document.RootElement.Clone())
                : throw new EngineException(ErrorCodes.InvalidConfig, $"'{path}' is not a JSON object.", path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new EngineException(ErrorCodes.InvalidConfig, $"'{path}' cannot be read: {e.Message}", path, e);
        }
    }

    public IEnumerable<string> Keys => _root.EnumerateObject().Select(property => property.Name);

    public bool Has(string key) => TryGet(key, out _);

    /// <returns>The object under the key, or null when it is missing or null.</returns>
    public ConfigFile? Section(string key) => TryGet(key, out var value)
        ? value.ValueKind == JsonValueKind.Object ? new ConfigFile(Path, value, $"{_prefix}{key}.") : throw Wrong(key, "an object", value)
        : null;

    /// <summary>This object over another one, whose keys count where this one has none.</summary>
    public ConfigFile Over(ConfigFile below)
    {
        var all = below._root
            .EnumerateObject()
            .Concat(_root.EnumerateObject())
            .GroupBy(member => member.Name)
            .ToDictionary(same => same.Key, same => same.Last().Value);
        return new ConfigFile(Path, JsonSerializer.SerializeToElement(all), _prefix);
    }

    public string? String(string key) => TryGet(key, out var value)
        ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, "a string", value)
        : null;

    public bool Bool(string key, bool defaultValue) => TryGet(key, out var value)
        ? value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, "true or false", value)
        : defaultValue;

    public double? Number(string key) => TryGet(key, out var value)
        ? value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Wrong(key, "a number", value)
        : null;

    /// <summary>A number, where the key has one that is finite; null for whatever else it may have.</summary>
    public double? NumberIfAny(string key) =>
        TryGet(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    /// <summary>True or false, where the key has that; null for whatever else it may have.</summary>
    public bool? BoolIfAny(string key) =>
        TryGet(key, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    public double PositiveNumber(string key, double defaultValue) => PositiveNumber(key) ?? defaultValue;

    public double? PositiveNumber(string key) => Number(key) is { } number
        ? number > 0 ? number : throw Wrong(key, "a number above 0", _root.GetProperty(key))
        : null;

    /// <param name="defaultValue">For a missing key; a key that is null stays null.</param>
    public double? PositiveNumber(string key, double? defaultValue) => _root.TryGetProperty(key, out _) ? PositiveNumber(key) : defaultValue;

    public int PositiveInteger(string key) => OptionalPositiveInteger(key) ?? throw Missing(key, "a whole number from 1");

    public int? OptionalPositiveInteger(string key) => TryGet(key, out var value)
        ? TryReadInteger(value, out var number) && number > 0 ? number : throw Wrong(key, "a whole number from 1", value)
        : null;

    /// <param name="defaultValue">For a missing key; a key that is null stays null.</param>
    public int? OptionalPositiveInteger(string key, int defaultValue) => _root.TryGetProperty(key, out _) ? OptionalPositiveInteger(key) : defaultValue;

    public IReadOnlyList<int>? Integers(string key) => TryGet(key, out var value)
        ? value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => TryReadInteger(item, out var number) ? number : throw Wrong(key, "an array of whole numbers", value))]
            : throw Wrong(key, "an array of whole numbers", value)
        : null;

    public IReadOnlyList<string>? Strings(string key) => TryGet(key, out var value)
        ? value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Wrong(key, "an array of strings", value)
        : null;

    public double[]? Numbers(string key) => TryGet(key, out var value)
        ? value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            ? [.. value.EnumerateArray().Select(item => item.GetDouble())]
            : throw Wrong(key, "an array of numbers", value)
        : null;

    /// <returns>The token ids under the key, written as one number or as an array; empty when missing.</returns>
    public IReadOnlyList<int> TokenIds(string key)
    {
        if (!TryGet(key, out var value))
        {
            return [];
        }

        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        return [.. items.Select(item => TryReadInteger(item, out var id) && id >= 0 ? id : throw Wrong(key, "a token id or an array of them", value))];
    }

    public EngineException Invalid(string key, string what) =>
        new(ErrorCodes.InvalidConfig, $"'{Path}': '{_prefix}{key}' {what}.", _prefix + key);

    /// <summary>Says that a key describes weights that are not read.</summary>
    public EngineException Unsupported(string key, string what) =>
        new(ErrorCodes.UnsupportedDtype, $"'{Path}': '{_prefix}{key}' {what}.", _prefix + key);

    public EngineException Missing(string key, string expected) =>
        new(ErrorCodes.InvalidConfig, $"'{Path}' has no '{_prefix}{key}'; expected {expected}.", _prefix + key);

    private static bool TryReadInteger(JsonElement value, out int number)
    {
        number = 0;
        if (value.ValueKind != JsonValueKind.Number)
        {
            return false;
        }

        // Some exporters write whole numbers as 4096.0.
        if (!value.TryGetInt32(out number) && value.TryGetDouble(out var real) && real == Math.Floor(real) && Math.Abs(real) <= int.MaxValue)
        {
            number = (int)real;
            return true;
        }

        return value.TryGetInt32(out number);
    }

    private bool TryGet(string key, out JsonElement value) =>
        _root.TryGetProperty(key, out value) && value.ValueKind != JsonValueKind.Null;

    private EngineException Wrong(string key, string expected, JsonElement found)
    {
        var text = found.GetRawText();
        return Invalid(key, $"must be {expected}, but is {(text.Length > 80 ? text[..80] + "..." : text)}");
    }
}
