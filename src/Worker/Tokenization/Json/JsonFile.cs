using System.Text.Json;
using LmDeploy.V1;

namespace LmDeploy.Worker.Tokenization.Json;

/// <summary>Parses the JSON files of a tokenizer, with their size and depth bounded.</summary>
internal static class JsonFile
{
    private const long MaxBytes = 256L << 20;

    private static readonly JsonDocumentOptions _options = new() { MaxDepth = 64 };

    /// <summary>The document; the caller disposes it. Null where there is no such file.</summary>
    public static JsonDocument? TryParse(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return null;
            }

            if (file.Length > MaxBytes)
            {
                throw TokenizerErrors.InvalidFile(path, $"the file has {file.Length} bytes, at most {MaxBytes} are supported");
            }

            return PythonJson.Parse(File.ReadAllBytes(path), _options);
        }
        catch (JsonException e)
        {
            throw TokenizerErrors.InvalidFile(path, $"not valid JSON of at most {_options.MaxDepth} levels: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TokenizerErrors.InvalidFile(path, $"cannot be read: {e.Message}", e);
        }
    }
}
