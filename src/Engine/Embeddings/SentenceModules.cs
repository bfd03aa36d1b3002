using System.Text.Json;
using LmDeploy.Files;
using LmDeploy.Json;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Embeddings;

/// <summary>The steps of sentence-transformers that a model folder's modules.json lists.</summary>
/// <param name="PoolingFolder">Where the pooling's settings are; null when nothing is pooled.</param>
/// <param name="Normalizes">Whether vectors are made 1 long.</param>
/// <param name="Unknown">What is wrong with a step that this engine does not do; null when there is none.</param>
internal sealed record SentenceModules(string? PoolingFolder, bool Normalizes, string? Unknown)
{
    private const string FileName = "modules.json";
    private const int MaxDepth = 8;
    private const long MaxBytes = 1 << 20;

    /// <returns>Null when there is no such file.</returns>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidConfig"/>: it is broken.</exception>
    public static SentenceModules? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = PythonJson.Parse(ModelFile.ReadAll(path, MaxBytes), new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Read(path, document.RootElement.EnumerateArray().Select(module => (Type: Text(module, "type"), Path: Text(module, "path"))).ToList());
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw Invalid(path, $"is not an array of modules with a type and a path: {e.Message}", e);
        }
    }

    private static SentenceModules Read(string path, List<(string Type, string Path)> modules)
    {
        string? pooling = null;
        string? unknown = null;
        var normalizes = false;
        foreach (var (type, folder) in modules)
        {
            switch (type.Split('.')[^1])
            {
                case "Transformer":
                    break;
                case "Pooling":
                    pooling = folder.Length > 0 && folder == Path.GetFileName(folder) && folder != ".."
                        ? folder
                        : throw Invalid(path, $"names '{folder}', which is no folder beside it");
                    break;
                case "Normalize":
                    normalizes = true;
                    break;
                default:
                    unknown = $"'{path}' has the module {type}";
                    break;
            }
        }

        return new SentenceModules(pooling, normalizes, unknown);
    }

    private static string Text(JsonElement module, string name) => module.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static EngineException Invalid(string path, string what, Exception? inner = null) =>
        new(ErrorCodes.InvalidConfig, $"'{path}' {what}.", FileName, inner);
}
