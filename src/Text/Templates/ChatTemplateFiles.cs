using LmDeploy.Json;
using System.Text.Json;
using LmDeploy.Files;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Text.Templates;

/// <summary>Reads the chat templates of a Hugging Face model folder.</summary>
internal sealed class ChatTemplateFiles(string folder)
{
    public const string TemplateFile = "chat_template.jinja";
    private const long MaxFileSize = 256L * 1024 * 1024;

    /// <summary>Where further templates lie, under the names that transformers has used.</summary>
    private static readonly string[] Folders = ["additional_chat_templates", "chat_templates"];

    /// <summary>The model's templates, the main one under the name <c>default</c>; empty when there are none.</summary>
    /// <exception cref="ModelTemplateException"><c>invalid_template</c>: a file cannot be read.</exception>
    public IReadOnlyList<ChatTemplateSource> Read()
    {
        var files = ReadTemplateFiles();
        if (files.Exists(source => source.Name == "default"))
        {
            return files;
        }

        var json = ReadJson("chat_template.json");
        return [.. files, .. json.Count > 0 ? json : ReadJson("tokenizer_config.json")];
    }

    private List<ChatTemplateSource> ReadTemplateFiles()
    {
        List<ChatTemplateSource> sources = [];
        if (ReadText(TemplateFile) is { } text)
        {
            sources.Add(new ChatTemplateSource("default", text, TemplateFile));
        }

        foreach (var name in Folders.Where(name => Directory.Exists(Path.Combine(folder, name))))
        {
            foreach (var path in Directory.EnumerateFiles(Path.Combine(folder, name), "*.jinja").Order(StringComparer.Ordinal))
            {
                var file = Path.Combine(name, Path.GetFileName(path));
                sources.Add(new ChatTemplateSource(Path.GetFileNameWithoutExtension(path), ReadText(file)!, file));
            }
        }

        return sources;
    }

    private IReadOnlyList<ChatTemplateSource> ReadJson(string file)
    {
        if (ReadText(file) is not { } text)
        {
            return [];
        }

        try
        {
            using var document = PythonJson.Parse(System.Text.Encoding.UTF8.GetBytes(text));
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("chat_template", out var template) ? ReadProperty(template, file) : [];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ModelTemplateException(
                ErrorCodes.InvalidTemplate,
                "the file is not JSON that a template can be read from",
                file,
                JsonLine.Of(exception as JsonException) ?? 0,
                exception);
        }
    }

    private static IReadOnlyList<ChatTemplateSource> ReadProperty(JsonElement template, string file)
    {
        switch (template.ValueKind)
        {
            case JsonValueKind.Null:
                return [];
            case JsonValueKind.String:
                return [new ChatTemplateSource("default", template.GetString()!, file)];
            case JsonValueKind.Object:
                return [.. template.EnumerateObject().Select(entry => new ChatTemplateSource(entry.Name, Text(entry.Value), file))];
            case JsonValueKind.Array:
                return [.. template.EnumerateArray().Select(entry => new ChatTemplateSource(Member(entry, "name"), Member(entry, "template"), file))];
            default:
                throw Invalid();
        }

        string Member(JsonElement entry, string name) =>
            entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var value) ? Text(value) : throw Invalid();

        string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Invalid();

        ModelTemplateException Invalid() => new(
            ErrorCodes.InvalidTemplate, "chat_template must be a string, or a list of objects with the strings 'name' and 'template'", file, 0);
    }

    /// <summary>A file's text; null when there is no such file.</summary>
    private string? ReadText(string file)
    {
        try
        {
            using var text = new StreamReader(new MemoryStream(ModelFile.ReadAll(Path.Combine(folder, file), MaxFileSize)));
            return text.ReadToEnd(); // Without a byte order mark.
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelTemplateException(ErrorCodes.InvalidTemplate, $"the file cannot be read: {exception.Message}", file, 0, exception);
        }
    }
}
