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

    /// <param name="path">For errors.</param>
    /// <param name="header">The JSON text.</param>
    /// <param name="fileLength">Of the whole file, in bytes.</param>
    /// <exception cref="EngineException"><see cref="ErrorCodes.InvalidCheckpoint"/>.</exception>
    public static IReadOnlyList<TensorEntry> Parse(string path, ReadOnlyMemory<byte> header, long fileLength)
    {
        var dataStart = LengthBytes + header.Length;
        var tensors = new List<TensorEntry>();
        try
        {
            using var document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Invalid(path, "its header is not a JSON object");
            }

            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name != "__metadata__")
                {
                    tensors.Add(Entry(path, property, dataStart, fileLength));
                }
            }
        }
        catch (JsonException e)
        {
            throw Invalid(path, $"its header is not valid JSON ({e.Message})", e);
        }

        CheckNames(path, tensors);
        CheckOverlap(path, tensors, dataStart, fileLength);
        return tensors;
    }

    public static EngineException Invalid(string path, string what, Exception? inner = null) =>
        new(ErrorCodes.InvalidCheckpoint, $"'{path}' is not a usable safetensors file: {what}.", path, inner);

    private static TensorEntry Entry(string path, JsonProperty property, long dataStart, long fileLength)
    {
        var name = property.Name;
        if (property.Value.ValueKind != JsonValueKind.Object
            || !property.Value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !property.Value.TryGetProperty("shape", out var shape) || !TryReadIntegers(shape, out var dimensions)
            || !property.Value.TryGetProperty("data_offsets", out var offsets) || !TryReadIntegers(offsets, out var range)
            || range.Length != 2)
        {
            throw Invalid(path, $"tensor '{name}' needs a string 'dtype', a 'shape' of whole numbers from 0 and two 'data_offsets'");
        }

        if (!TensorDtype.TryGetBits(dtype.GetString()!, out var bits))
        {
            throw Invalid(path, $"tensor '{name}' has the unknown dtype '{dtype.GetString()}'");
        }

        var (begin, end) = (range[0], range[1]);
        var dataLength = fileLength - dataStart;
        if (begin > end || end > dataLength)
        {
            throw Invalid(path, $"tensor '{name}' lies at bytes {begin} to {end} of the data, but the file has {dataLength} bytes of data");
        }

        if (Bytes(dimensions, bits) is not { } bytes || bytes != end - begin)
        {
            throw Invalid(path, $"tensor '{name}' of shape [{string.Join(", ", dimensions)}] and dtype {dtype.GetString()} does not take the {end - begin} bytes its offsets give it");
        }

        return new TensorEntry(name, dtype.GetString()!, dimensions, dataStart + begin, end - begin);
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

    private static bool TryReadIntegers(JsonElement array, out long[] values)
    {
        values = [];
        if (array.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        var result = new long[array.GetArrayLength()];
        var i = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out result[i]) || result[i] < 0)
            {
                return false;
            }

            i++;
        }

        values = result;
        return true;
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
