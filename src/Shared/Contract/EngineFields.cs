using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using LmDeploy.Words;

namespace LmDeploy.V1;

/// <summary>
/// The settings of a model as users write them in JSON and YAML: one object with times in milliseconds, where the contract has a message for the
/// engine, one for supervision and one for admission.
/// </summary>
internal static class EngineFields
{
    private const string Milliseconds = "_ms";

    private static readonly JsonFormatter _formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    /// <summary>Settings that users write as they do those of the engine, by what the contract calls them.</summary>
    private static readonly (string Name, Part Part, string Field)[] _others =
    [
        ("load_timeout_ms", Part.Supervision, "load_timeout"),
        ("stop_grace_ms", Part.Supervision, "stop_grace"),
        ("max_restarts", Part.Supervision, "max_restarts"),
        ("restart_window_ms", Part.Supervision, "restart_window"),
        ("hang_timeout_ms", Part.Supervision, "hang_timeout"),
        ("poison_ttl_ms", Part.Supervision, "poison_ttl"),
        ("admission_timeout_ms", Part.Admission, "timeout"),
        ("memory_limit_bytes", Part.Admission, "memory_limit_bytes"),
    ];

    /// <summary>Settings of the engine that are words.</summary>
    private static readonly FieldDescriptor[] _words =
    [
        .. EngineConfig.Descriptor.Fields.InDeclarationOrder().Where(field => field.FieldType == FieldType.Enum),
    ];

    /// <summary>All names, and those that JSON has for them in other programs.</summary>
    private static readonly HashSet<string> _names =
    [
        .. EngineConfig.Descriptor.Fields.InDeclarationOrder().SelectMany(field => (string[])[field.Name, field.JsonName]),
        .. _others.Select(other => other.Name),
    ];

    private enum Part
    {
        Supervision,
        Admission,
    }

    /// <summary>The names of all settings.</summary>
    private static IEnumerable<string> Names =>
        EngineConfig.Descriptor.Fields.InDeclarationOrder().Select(known => known.Name).Concat(_others.Select(other => other.Name));

    /// <summary>Reads settings into a request to open a pipeline.</summary>
    /// <exception cref="UnknownWordException">A setting has a word that it does not know.</exception>
    /// <exception cref="FormatException">There is no such setting, or a value is of another kind.</exception>
    public static void Read(JsonElement fields, OpenPipeline open)
    {
        (open.Engine, open.Supervision, open.Admission) = (new EngineConfig(), new SupervisionConfig(), new AdmissionConfig());
        foreach (var field in fields.EnumerateObject())
        {
            try
            {
                ReadOne(field, open);
            }
            catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidOperationException or OverflowException)
            {
                throw new FormatException($"{field.Name} has to be {Allowed(field.Name)}, got {field.Value.GetRawText()}.", exception);
            }
        }
    }

    /// <summary>Writes the settings of a request as <see cref="Read"/> takes them.</summary>
    public static string Write(OpenPipeline open)
    {
        var fields = ToObject(open.Engine);
        foreach (var field in _words.Where(field => fields.ContainsKey(field.Name)))
        {
            fields[field.Name] = EnumWords.Of((Enum)field.Accessor.GetValue(open.Engine));
        }

        var (supervision, admission) = (ToObject(open.Supervision), ToObject(open.Admission));
        foreach (var (name, part, field) in _others)
        {
            if ((part == Part.Supervision ? supervision : admission)[field] is { } value)
            {
                fields[name] = name.EndsWith(Milliseconds, StringComparison.Ordinal) ? ToMilliseconds(value.GetValue<string>()) : value.DeepClone();
            }
        }

        return fields.ToJsonString();
    }

    private static void ReadOne(JsonProperty field, OpenPipeline open)
    {
        var (name, part, contractName) = Array.Find(_others, other => other.Name == field.Name);
        if (name is null && _words.FirstOrDefault(words => field.Name == words.Name || field.Name == words.JsonName) is { } words)
        {
            ReadWord(field, words, open.Engine);
            return;
        }

        if (name is null && !_names.Contains(field.Name))
        {
            var nearest = NearestName.Of(field.Name, _names);
            var hint = nearest is null ? $"; there are {string.Join(", ", Names)}." : $", did you mean '{nearest}'?";
            throw new FormatException($"unknown setting '{field.Name}'{hint}");
        }

        if (name is null)
        {
            open.Engine.MergeFrom(JsonParser.Default.Parse<EngineConfig>(Object(field.Name, JsonNode.Parse(field.Value.GetRawText()))));
            return;
        }

        var setting = Object(
            contractName, name.EndsWith(Milliseconds, StringComparison.Ordinal) ? ToDuration(field) : JsonNode.Parse(field.Value.GetRawText()));
        if (part == Part.Supervision)
        {
            open.Supervision.MergeFrom(JsonParser.Default.Parse<SupervisionConfig>(setting));
        }
        else
        {
            open.Admission.MergeFrom(JsonParser.Default.Parse<AdmissionConfig>(setting));
        }
    }

    /// <summary>An empty word, and null, leave a setting at its default.</summary>
    private static void ReadWord(JsonProperty field, FieldDescriptor words, EngineConfig engine)
    {
        if (field.Value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        if (field.Value.ValueKind != JsonValueKind.String)
        {
            throw new FormatException(EnumWords.Problem(field.Name, words.EnumType.ClrType, field.Value.GetRawText()));
        }

        var word = field.Value.GetString()!;
        if (word.Length == 0)
        {
            words.Accessor.Clear(engine);
            return;
        }

        words.Accessor.SetValue(engine, EnumWords.TryParse(words.EnumType.ClrType, word, out var value)
            ? value
            : throw new UnknownWordException(field.Name, EnumWords.Problem(field.Name, words.EnumType.ClrType, word)));
    }

    /// <summary>What a setting takes, for an error.</summary>
    private static string Allowed(string name)
    {
        if (name.EndsWith(Milliseconds, StringComparison.Ordinal))
        {
            return "a number of milliseconds";
        }

        var field = EngineConfig.Descriptor.Fields.InDeclarationOrder().FirstOrDefault(field => field.Name == name || field.JsonName == name);
        return field?.FieldType switch
        {
            FieldType.Bool => "true or false",
            FieldType.Double => "a number",
            FieldType.String => "a text",
            _ => "a whole number",
        };
    }

    private static string Object(string name, JsonNode? value) => new JsonObject { [name] = value }.ToJsonString();

    private static JsonObject ToObject(IMessage? message) => message is null ? [] : JsonNode.Parse(_formatter.Format(message))!.AsObject();

    private static string ToDuration(JsonProperty field)
    {
        var milliseconds = field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString() : field.Value.GetRawText();
        return decimal.TryParse(milliseconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? string.Create(CultureInfo.InvariantCulture, $"{decimal.Round(value / 1000, 9):0.#########}s")
            : throw new FormatException($"{field.Name} has to be a number of milliseconds, got {field.Value.GetRawText()}.");
    }

    private static decimal ToMilliseconds(string duration) =>
        decimal.Parse(duration.AsSpan(0, duration.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture) * 1000;
}
