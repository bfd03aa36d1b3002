using System.Text.Json;
using LmDeploy.Files;
using LmDeploy.Json;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Checkpoints;

/// <summary>The weights of a Hugging Face model folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> names.</summary>
internal sealed class Checkpoint : IDisposable
{
    private const long LargestIndex = 64L << 20;
    private const int MostFiles = 10_000;

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, (SafetensorsFile File, TensorEntry Entry)> _tensors = new(StringComparer.Ordinal);

    /// <param name="index">Which file each tensor is to be taken from; what else the files have counts where it is in one of them.</param>
    private Checkpoint(string folder, List<SafetensorsFile> files, IReadOnlyDictionary<string, string> index)
    {
        Folder = folder;
        _files = files;
        foreach (var file in files)
        {
            var name = Path.GetFileName(file.Path);
            foreach (var entry in file.Tensors.Where(entry => !index.TryGetValue(entry.Name, out var source) || source == name))
            {
                if (!_tensors.TryAdd(entry.Name, (file, entry)))
                {
                    throw SafetensorsHeader.Invalid(
                        file.Path,
                        $"tensor '{entry.Name}' is in '{_tensors[entry.Name].File.Path}' too, and {CheckpointFiles.Index} does not say which one counts");
                }
            }
        }

        if (index.FirstOrDefault(entry => !_tensors.ContainsKey(entry.Key)) is { Key: { } missing, Value: var expected })
        {
            throw new EngineException(
                ErrorCodes.MissingTensor,
                $"'{Path.Combine(folder, expected)}' has no tensor '{missing}', which {CheckpointFiles.Index} says is there.",
                missing);
        }
    }

    public string Folder { get; }

    /// <summary>The files of its tensors.</summary>
    public IEnumerable<FileInfo> Files => _files.Select(file => file.Info);

    public IEnumerable<TensorEntry> Tensors => _tensors.Values.Select(tensor => tensor.Entry);

    /// <exception cref="EngineException">The folder has no readable weights.</exception>
    public static Checkpoint Open(string folder, CancellationToken cancellationToken = default)
    {
        var files = new List<SafetensorsFile>();
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var index = Path.Combine(folder, CheckpointFiles.Index);
            if (File.Exists(Path.Combine(folder, CheckpointFiles.Single)))
            {
                files.Add(SafetensorsFile.Open(Path.Combine(folder, CheckpointFiles.Single)));
            }
            else if (File.Exists(index))
            {
                sources = ReadIndex(index);
                var left = SafetensorsHeader.LongestHeader;
                foreach (var name in sources.Values.Distinct())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    files.Add(SafetensorsFile.Open(Path.Combine(folder, name), left));
                    left -= files[^1].HeaderBytes;
                }
            }
            else
            {
                throw new EngineException(
                    ErrorCodes.InvalidCheckpoint,
                    $"'{folder}' has neither {CheckpointFiles.Single} nor {CheckpointFiles.Index}. "
                        + (FolderHint.OfFolder(folder) ?? "Other weight formats are not read."),
                    folder);
            }

            return new Checkpoint(folder, files, sources);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <returns>Null when there is no such tensor.</returns>
    public TensorEntry? TryFind(string name) => _tensors.TryGetValue(name, out var tensor) ? tensor.Entry : null;

    /// <summary>Finds a tensor and checks its shape and type.</summary>
    /// <param name="dtypes">Those that will do.</param>
    /// <exception cref="EngineException"><see cref="ErrorCodes.MissingTensor"/>, <see cref="ErrorCodes.WrongShape"/> or
    /// <see cref="ErrorCodes.UnsupportedDtype"/>.</exception>
    public (SafetensorsFile File, TensorEntry Entry) Find(string name, IReadOnlyList<string> dtypes, params long[] shape)
    {
        if (!_tensors.TryGetValue(name, out var tensor))
        {
            throw new EngineException(ErrorCodes.MissingTensor, $"'{Folder}' has no tensor '{name}' (expected shape [{string.Join(", ", shape)}]).", name);
        }

        if (!tensor.Entry.Shape.AsSpan().SequenceEqual(shape))
        {
            throw WrongShape(name, $"[{string.Join(", ", shape)}]");
        }

        return dtypes.Contains(tensor.Entry.Dtype)
            ? tensor
            : throw new EngineException(
                ErrorCodes.UnsupportedDtype,
                $"Tensor '{name}' in '{tensor.File.Path}' has dtype {tensor.Entry.Dtype}; supported are {string.Join(", ", dtypes)}.",
                name);
    }

    /// <summary>Says that a tensor has not the shape that follows from config.json.</summary>
    public EngineException WrongShape(string name, string expected) => new(
        ErrorCodes.WrongShape,
        $"Tensor '{name}' in '{_tensors[name].File.Path}' has shape {_tensors[name].Entry.ShapeText}; config.json asks for {expected}.",
        name);

    /// <summary>Says that what is in a tensor cannot be right.</summary>
    public EngineException Invalid(string name, string what) =>
        new(ErrorCodes.InvalidCheckpoint, $"Tensor '{name}' in '{_tensors[name].File.Path}' is not usable: {what}.", name);

    public void Dispose() => _files.ForEach(file => file.Dispose());

    /// <summary>The file of each tensor.</summary>
    private static Dictionary<string, string> ReadIndex(string index)
    {
        try
        {
            using var document = PythonJson.Parse(ModelFile.ReadAll(index, LargestIndex), new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            {
                throw Bad("it has no object 'weight_map'");
            }

            var files = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in map.EnumerateObject())
            {
                files[entry.Name] = entry.Value.ValueKind == JsonValueKind.String
                    ? entry.Value.GetString()!
                    : throw Bad($"'weight_map' gives '{entry.Name}' no file name");
            }

            if (files.Values.Distinct().Skip(MostFiles).Any())
            {
                throw Bad($"'weight_map' names more than {MostFiles} files");
            }

            return files.Values.FirstOrDefault(name => !CheckpointFiles.IsFileName(name)) is { } outside
                ? throw Bad($"'{outside}' is not a file name in the model folder")
                : files;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Bad(e.Message, e);
        }

        EngineException Bad(string what, Exception? inner = null) =>
            new(ErrorCodes.InvalidCheckpoint, $"'{index}' is not usable: {what}.", index, inner);
    }
}
