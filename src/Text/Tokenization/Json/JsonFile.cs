using LmDeploy.Json;
using System.Text.Json;
using LmDeploy.Files;
using LmDeploy.Text.Errors;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Parses the JSON files of a tokenizer, with their size and depth bounded.</summary>
internal static class JsonFile
{
    private const long MaxBytes = 64L << 20;

    private static readonly JsonDocumentOptions _options = new() { MaxDepth = 64 };

    /// <summary>The document; the caller disposes it. Null where there is no such file.</summary>
    public static JsonDocument? TryParse(string path)
    {
        try
        {
            return PythonJson.Parse(ModelFile.ReadAll(path, MaxBytes), _options);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw TokenizerErrors.InvalidFile(path, $"{JsonLine.Describe(e)} The file is not JSON of at most {_options.MaxDepth} levels.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TokenizerErrors.Unreadable(path, e);
        }
    }
}
