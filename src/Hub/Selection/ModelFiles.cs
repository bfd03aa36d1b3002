using System.Text.Json;
using System.Text.RegularExpressions;
using LmDeploy.Files;
using LmDeploy.Hub.Api;
using LmDeploy.Hub.Cache;
using LmDeploy.V1;

namespace LmDeploy.Hub.Selection;

/// <summary>
/// Which files of a repository a model needs: settings, tokenizer, templates, and its weights once. No pickles, no other forms of the weights.
/// </summary>
internal static partial class ModelFiles
{
    private static readonly string[] _settings = [".json", ".jinja", ".model", ".tiktoken"];
    private static readonly string[] _texts = ["vocab.txt", "merges.txt"];
    private static readonly string[] _otherIndexes = [".index.json", ".index.fp32.json"];

    /// <summary>Checks that it is a model that can be read.</summary>
    /// <returns>The index of its weights where they are in several files; null where they are in one.</returns>
    /// <exception cref="HubException">It is something else; the message says what.</exception>
    public static string? FindIndex(ModelName model, IReadOnlyList<string> paths)
    {
        var files = Own(model, paths).ToHashSet(StringComparer.Ordinal);
        if (files.Count == 0 && model.Subfolder is not null)
        {
            throw new HubException(ErrorCodes.ModelNotFound, $"{model.Repository} has no folder '{model.Subfolder}' at '{model.Revision}'.", model.ToString());
        }

        if (files.Contains("config.json") && files.Contains(CheckpointFiles.Single))
        {
            return null;
        }

        return files.Contains("config.json") && files.Contains(CheckpointFiles.Index)
            ? CheckpointFiles.Index
            : throw new HubException(
                ErrorCodes.UnsupportedFeature,
                $"{model} is no model that can be read: it has no {(files.Contains("config.json") ? CheckpointFiles.Single : "config.json")}. "
                    + (ForeignFiles.Describe(files) ?? Below(model, paths) ?? "Nothing was downloaded."),
                model.ToString());
    }

    /// <summary>The files of a model.</summary>
    /// <param name="index">What <see cref="CheckpointFiles.Index"/> contains; null where all weights are in one file.</param>
    /// <returns>Their paths in the repository.</returns>
    public static IReadOnlyList<string> Select(ModelName model, IReadOnlyList<string> paths, byte[]? index)
    {
        string[] own = [.. Own(model, paths)];
        string[] weights = index is null ? [CheckpointFiles.Single] : [CheckpointFiles.Index, .. Shards(model, index)];
        return weights.FirstOrDefault(name => !own.Contains(name)) is { } missing
            ? throw new HubException(ErrorCodes.InvalidCheckpoint, $"{model} has no '{missing}', which {CheckpointFiles.Index} names.", model.ToString())
            : [.. own.Where(IsSetting).Concat(weights).Concat(Inner(model, paths)).Distinct(StringComparer.Ordinal).Select(name => Prefix(model) + name)];
    }

    /// <summary>Whether a folder has what a model needs, as far as its files tell.</summary>
    public static bool IsWhole(string folder)
    {
        if (!LinkedFile.Exists(Path.Join(folder, "config.json"))
            || !Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Any(
                name => TokenizerFile().IsMatch(name) && LinkedFile.Exists(Path.Join(folder, name))))
        {
            return false;
        }

        var index = Path.Join(folder, CheckpointFiles.Index);
        try
        {
            return LinkedFile.Exists(Path.Join(folder, CheckpointFiles.Single))
                || (LinkedFile.Exists(index) && Shards(null, File.ReadAllBytes(index)).All(name => LinkedFile.Exists(Path.Join(folder, name))));
        }
        catch (Exception e) when (e is HubException or IOException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Shards(ModelName? model, byte[] index)
    {
        try
        {
            using var document = JsonDocument.Parse(index);
            string[] names = [.. document.RootElement.GetProperty("weight_map").EnumerateObject().Select(entry => entry.Value.GetString() ?? "").Distinct()];
            return names.FirstOrDefault(name => !CheckpointFiles.IsFileName(name)) is { } outside ? throw Odd($"'{outside}' is not a file name") : names;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Odd(e.Message);
        }

        HubException Odd(string what) => new(ErrorCodes.InvalidCheckpoint, $"{CheckpointFiles.Index} of {model} is not usable: {what}.", $"{model}");
    }

    private static string Prefix(ModelName model) => model.Subfolder is null ? "" : model.Subfolder + "/";

    /// <summary>The names of the files in the model's own folder.</summary>
    private static IEnumerable<string> Own(ModelName model, IReadOnlyList<string> paths) => Under(model, paths).Where(name => !name.Contains('/'));

    /// <summary>Named templates, and the modules of an embedding model (1_Pooling, 2_Dense).</summary>
    private static IEnumerable<string> Inner(ModelName model, IReadOnlyList<string> paths) => Under(model, paths).Where(name => InnerFile().IsMatch(name));

    private static IEnumerable<string> Under(ModelName model, IReadOnlyList<string> paths)
        => paths.Where(path => path.StartsWith(Prefix(model), StringComparison.Ordinal)).Select(path => path[Prefix(model).Length..]);

    private static bool IsSetting(string name)
        => _texts.Contains(name) || (ForeignFiles.Any([name], _settings) && !ForeignFiles.Any([name], _otherIndexes));

    private static string? Below(ModelName model, IReadOnlyList<string> paths)
    {
        string[] folders =
        [
            .. Under(model, paths).Where(
                name => name.EndsWith("/config.json", StringComparison.Ordinal)).Select(name => name[..^"/config.json".Length]).Take(5),
        ];
        return folders.Length == 0 ? null : $"Its folders {string.Join(", ", folders)} have one: give {model.Repository}:{Prefix(model)}{folders[0]}.";
    }

    [GeneratedRegex(@"^(tokenizer\.json|.*\.model|.*\.tiktoken|vocab\.(json|txt))$")]
    private static partial Regex TokenizerFile();

    [GeneratedRegex(@"^((additional_chat_templates|chat_templates)/[^/]+\.jinja|\d+_\w+/(config\.json|model\.safetensors))$")]
    private static partial Regex InnerFile();
}
