using System.Globalization;
using LmDeploy.Words;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LmDeploy.Cli.Serving;

/// <summary>
/// A mapping of a YAML or JSON file. Reads values by their keys; every error is <c>FILE, line N: what is wrong and what is allowed</c>. A key without a value
/// counts as absent.
/// </summary>
internal sealed class ConfigMap
{
    /// <summary>How YamlDotNet's error of a key that is there twice begins; the key follows.</summary>
    private const string DuplicateKey = "Duplicate key ";

    private readonly string _file;
    private readonly string _path;
    private readonly YamlMappingNode _node;

    /// <param name="file">As the user wrote it.</param>
    /// <param name="node">The mapping.</param>
    /// <param name="path">Of the mapping in the file; empty for all of it.</param>
    /// <param name="known">The keys that a mapping of this kind has; null where the caller checks them.</param>
    private ConfigMap(string file, YamlMappingNode node, string path, IReadOnlyCollection<string>? known)
    {
        (_file, _node, _path) = (file, node, path);
        if (known is null)
        {
            return;
        }

        foreach (var key in node.Children.Keys.Where(key => !known.Contains(ConfigScalar.Text(key) ?? "")))
        {
            var name = ConfigScalar.Text(key) ?? ConfigScalar.Describe(key);
            var nearest = NearestName.Of(name, known);
            throw Wrong(
                key,
                $"unknown key '{name}'{(path.Length > 0 ? $" in {path}" : "")}"
                    + (nearest is null ? $"; there are {string.Join(", ", known)}" : $", did you mean '{nearest}'?"));
        }
    }

    /// <summary>The keys as they are written, with their values.</summary>
    public IEnumerable<(string Name, YamlNode Key, YamlNode Value)> Entries =>
        _node.Children.Select(entry => (ConfigScalar.Text(entry.Key) ?? ConfigScalar.Describe(entry.Key), entry.Key, entry.Value));

    /// <exception cref="UsageException">The file cannot be read, is no YAML or empty, or has an unknown key or one twice.</exception>
    public static ConfigMap Open(FileInfo file, IReadOnlyCollection<string> known)
    {
        var text = ReadText(file);
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            throw new UsageException($"{file}, line {Line(exception.Start)}: {Explain(exception)}", exception);
        }

        return stream.Documents switch
        {
            [] => throw new UsageException($"{file}, line 1: the file is empty; it may have {string.Join(", ", known)}"),
            [{ RootNode: YamlMappingNode root }] => new ConfigMap(file.ToString(), root, "", known),
            [{ RootNode: var other }] when ConfigScalar.IsNull(other) =>
                throw new UsageException($"{file}, line 1: the file is empty; it may have {string.Join(", ", known)}"),
            [{ RootNode: var other }] => throw new UsageException(
                $"{file}, line {Line(other.Start)}: the file has to be a mapping of {string.Join(", ", known)}, got {ConfigScalar.Describe(other)}"),
            [_, var second, ..] => throw new UsageException($"{file}, line {Line(second.RootNode.Start)}: a second document; the file may have one"),
        };
    }

    public string? Text(string name) => Find(name) is not { } value ? null
        : ConfigScalar.Text(value) ?? throw Wrong(name, value, "a text");

    public string? Word(string name, string[] words) => Find(name) is not { } value ? null
        : Array.Find(words, word => word == ConfigScalar.Text(value)) ?? throw Wrong(name, value, string.Join(" or ", words));

    public Placed<string>? PlacedText(string name) => Text(name) is { } text ? new Placed<string>(text, PlaceOf(name)) : null;

    public string RequiredText(string name) => Text(name) is { Length: > 0 } text
        ? text
        : throw new UsageException($"{_file}, line {Line(_node.Start)}: {PathOf(name)} is missing");

    public bool Flag(string name) => Find(name) is { } value && (ConfigScalar.Flag(value) ?? throw Wrong(name, value, "true or false"));

    public int? Integer(string name, int least, int most) => Find(name) is not { } value ? null
        : int.TryParse(ConfigScalar.Text(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : throw Wrong(name, value, most == int.MaxValue ? $"a whole number from {least}" : $"a whole number from {least} to {most}");

    public double? Number(string name, double least, double most) => Find(name) is not { } value ? null
        : ConfigScalar.Number(value) is { } number && number >= least && number <= most
            ? number
            : throw Wrong(name, value, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));

    /// <summary>A list of texts; empty where it is absent.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        [.. Items(name, "a list of texts").Select((item, i) => ConfigScalar.Text(item) ?? throw Wrong($"{name}[{i}]", item, "a text"))];

    /// <summary>A list of mappings; empty where it is absent.</summary>
    public IReadOnlyList<ConfigMap> Maps(string name, IReadOnlyCollection<string> known) =>
    [
        .. Items(name, $"a list of mappings with {string.Join(", ", known)}").Select((item, i) => item is YamlMappingNode map
            ? new ConfigMap(_file, map, PathOf($"{name}[{i}]"), known)
            : throw Wrong($"{name}[{i}]", item, $"a mapping with {string.Join(", ", known)}")),
    ];

    /// <summary>A mapping whose keys the caller checks; null where it is absent.</summary>
    public ConfigMap? Map(string name) => Find(name) is not { } value ? null
        : value is YamlMappingNode map ? new ConfigMap(_file, map, PathOf(name), known: null)
        : throw Wrong(name, value, "a mapping");

    /// <summary>Where a setting of this mapping is, for errors that are found later.</summary>
    public string PlaceOf(string name) => $"{_file}, line {Line((Find(name) ?? _node).Start)}: {PathOf(name)}";

    public UsageException Wrong(YamlNode at, string problem) => new($"{_file}, line {Line(at.Start)}: {problem}");

    /// <summary>An error of a setting that says what is allowed.</summary>
    public UsageException Wrong(string name, string problem) => Wrong(Find(name) ?? _node, $"{PathOf(name)} {problem}");

    private UsageException Wrong(string name, YamlNode value, string allowed) =>
        Wrong(value, $"{PathOf(name)} has to be {allowed}, got {ConfigScalar.Describe(value)}");

    private YamlNode? Find(string name) =>
        _node.Children.TryGetValue(new YamlScalarNode(name), out var value) && !ConfigScalar.IsNull(value) ? value : null;

    private IEnumerable<YamlNode> Items(string name, string allowed) => Find(name) switch
    {
        null => [],
        YamlSequenceNode list => list.Children,
        var other => throw Wrong(name, other, allowed),
    };

    private string PathOf(string name) => _path.Length > 0 ? $"{_path}.{name}" : name;

    private static string ReadText(FileInfo file)
    {
        try
        {
            return File.ReadAllText(file.FullName);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"{file}: the file does not exist", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file}: the file cannot be read: {exception.Message}", exception);
        }
    }

    private static string Explain(YamlException exception) => exception.Message.StartsWith(DuplicateKey, StringComparison.Ordinal)
        ? $"the key '{exception.Message[DuplicateKey.Length..]}' is there twice"
        : $"this is no YAML: {exception.Message}";

    private static long Line(Mark mark) => Math.Max(1, mark.Line);
}
