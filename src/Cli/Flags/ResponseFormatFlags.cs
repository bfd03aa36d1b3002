using System.CommandLine;

namespace LmDeploy.Cli.Flags;

/// <summary>The flags that say what an answer looks like.</summary>
internal sealed class ResponseFormatFlags
{
    private readonly Option<bool> _jsonObject = new("--json-object") { Description = "The answer is a JSON object." };
    private readonly Option<FileInfo?> _jsonSchema = new("--json-schema") { Description = "The answer is JSON that fits the schema in this file." };
    private readonly Option<string?> _regex = new("--regex") { Description = "A regular expression that the whole answer matches." };

    public void AddTo(Command command)
    {
        command.Options.Add(_jsonObject);
        command.Options.Add(_jsonSchema);
        command.Options.Add(_regex);
    }

    /// <exception cref="UsageException">There are several of them, or the file cannot be read.</exception>
    public ResponseFormat? Read(ParseResult result)
    {
        ResponseFormat?[] given =
        [
            result.GetValue(_jsonObject) ? ResponseFormat.Json() : null,
            result.GetValue(_jsonSchema) is { } file ? ResponseFormat.JsonSchema(ReadSchema(file)) : null,
            result.GetValue(_regex) is { } pattern ? ResponseFormat.Regex(pattern) : null,
        ];
        var formats = given.OfType<ResponseFormat>().ToArray();
        return formats.Length <= 1 ? formats.FirstOrDefault() : throw new UsageException("--json-object, --json-schema and --regex contradict each other.");
    }

    private static string ReadSchema(FileInfo file)
    {
        try
        {
            return File.ReadAllText(file.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The schema {file} cannot be read: {e.Message}");
        }
    }
}
