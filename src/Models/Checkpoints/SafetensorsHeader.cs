using System.Text.Json;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Models.Checkpoints;

/// <summary>
/// Reads and checks the JSON header of a safetensors file. Nothing in it is believed: names, types, shapes and offsets are compared with the file's length.
/// </summary>
/// <remarks>
/// Format: https://huggingface.co/docs/safetensors. The header is bounded at 100 MB there, and here for all files of a checkpoint together: it is held in
/// memory.
/// </remarks>
internal static class SafetensorsHeader
{
    public const int LengthBytes = 8;
    public const long LongestHeader = 100_000_000;

    private const int MaxDepth = 8;

    /// <summary>Of one file. The largest models have some 100,000 in all of theirs.</summary>
    private const int MostTensors = 500_000;

    private const int MostDimensions = 16;

    /// <param name="path">For errors.</param>
    /// <param name="header">The JSON text.</param>
    /// <param name="fileLength">Of the whole file, in bytes.</param>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidCheckpoint"/>.</exception>
    public static IReadOnlyList<TensorEntry> Parse(string path, ReadOnlyMemory<byte> header, long fileLength)
    {
        var dataStart = LengthBytes + header.Length;
        try
        {
            var tensors = Read(path, new Utf8JsonReader(header.Span, new JsonReaderOptions { MaxDepth = MaxDepth }), dataStart, fileLength);
            CheckNames(path, tensors);
            CheckOverlap(path, tensors, dataStart, fileLength);
            return tensors;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid(path, $"its header is not valid JSON ({e.Message})", e);
        }
    }

    public static EngineException Invalid(string path, string what, Exception? inner = null) =>
        new(ErrorCodes.InvalidCheckpoint, $"'{path}' is not a usable safetensors file: {what}.", path, inner);

    /// <summary>Token by token: a document of a large header would take many times its length.</summary>
    private static List<TensorEntry> Read(string path, Utf8JsonReader json, long dataStart, long fileLength)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw Invalid(path, "its header is not a JSON object");
        }

        var tensors = new List<TensorEntry>();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            if (name == "__metadata__")
            {
                json.Skip();
            }
            else
            {
                tensors.Add(tensors.Count < MostTensors
                    ? Entry(path, name, ref json, dataStart, fileLength)
                    : throw Invalid(path, $"it names more than {MostTensors} tensors"));
            }
        }

        json.Read(); // Nothing may follow, or this fails.
        return tensors;
    }

    private static TensorEntry Entry(string path, string name, ref Utf8JsonReader json, long dataStart, long fileLength)
    {
        var (dtype, dimensions, range) = Members(ref json);
        if (dtype is null || dimensions is null || range is not [var begin, var end])
        {
            throw Invalid(path, $"tensor '{name}' needs a string 'dtype', a 'shape' of at most {MostDimensions} whole numbers from 0 and two 'data_offsets'");
        }

        if (!TensorDtype.TryGetBits(dtype, out var bits))
        {
            throw Invalid(path, $"tensor '{name}' has the unknown dtype '{dtype}'");
        }

        var dataLength = fileLength - dataStart;
        if (begin > end || end > dataLength)
        {
            throw Invalid(path, $"tensor '{name}' lies at bytes {begin} to {end} of the data, but the file has {dataLength} bytes of data");
        }

        return Bytes(dimensions, bits) is { } bytes && bytes == end - begin
            ? new TensorEntry(name, dtype, dimensions, dataStart + begin, end - begin)
            : throw Invalid(
                path,
                $"tensor '{name}' of shape [{string.Join(", ", dimensions)}] and dtype {dtype} does not take the {end - begin} bytes its offsets give it");
    }

    /// <returns>Null for each that is missing or not of its form.</returns>
    private static (string? Dtype, long[]? Shape, long[]? Range) Members(ref Utf8JsonReader json)
    {
        (string? Dtype, long[]? Shape, long[]? Range) members = default;
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return members;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var member = json.GetString();
            json.Read();
            switch (member)
            {
                case "dtype":
                    members.Dtype = json.TokenType == JsonTokenType.String ? json.GetString() : null;
                    json.Skip();
                    break;
                case "shape":
                    members.Shape = Integers(ref json, MostDimensions);
                    break;
                case "data_offsets":
                    members.Range = Integers(ref json, 2);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return members;
    }

    /// <returns>Null for what is no array of at most so many whole numbers from 0.</returns>
    private static long[]? Integers(ref Utf8JsonReader json, int most)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return null;
        }

        List<long>? numbers = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (numbers?.Count < most && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var number) && number >= 0)
            {
                numbers.Add(number);
            }
            else
            {
                numbers = null;
                json.Skip();
            }
        }

        return numbers?.ToArray();
    }

    private static long? Bytes(long[] shape, int bits)
    {
        try
        {
            var total = checked(shape.Aggregate(1L, (product, dimension) => checked(product * dimension)) * bits);
            return total % 8 == 0 ? total / 8 : null;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static void CheckNames(string path, List<TensorEntry> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (tensors.FirstOrDefault(tensor => !names.Add(tensor.Name)) is { } twice)
        {
            throw Invalid(path, $"it names tensor '{twice.Name}' twice");
        }
    }

    private static void CheckOverlap(string path, List<TensorEntry> tensors, long dataStart, long fileLength)
    {
        var end = dataStart;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.Length))
        {
            if (tensor.Offset < end)
            {
                throw Invalid(path, $"tensor '{tensor.Name}' overlaps another one");
            }

            if (tensor.Offset > end)
            {
                throw Invalid(path, $"there are {tensor.Offset - end} bytes before tensor '{tensor.Name}' that belong to no tensor");
            }

            end = tensor.Offset + tensor.Length;
        }

        if (end != fileLength)
        {
            throw Invalid(path, $"its tensors end at byte {end}, but the file has {fileLength} bytes");
        }
    }
}
