using LmDeploy.Json;
using System.Buffers.Binary;
using System.Text.Json;
using LmDeploy.Files;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Admission;

/// <summary>
/// Counts the numbers that quantized weights stand for: the worker makes them plain, so 4 bits become 16 or 32. A part of a matrix is told by its name; the
/// headers of the files have all names and shapes.
/// </summary>
internal static class QuantizedWeights
{
    private const int LengthBytes = 8;
    private const long LongestHeader = 100_000_000;
    private const long LargestSettings = 16L << 20;
    private const int WordBits = 32;
    private const int UsualBits = 4;

    private static readonly string[] Beside = [".qzeros", ".g_idx", ".scales", "_scales"];

    /// <returns>Null when the weights of the folder are plain.</returns>
    /// <exception cref="InvalidDataException">A file has no header that can be read.</exception>
    public static long? Count(string folder, JsonElement config, IEnumerable<FileInfo> files) =>
        FindBits(folder, config) is { } bits ? files.Sum(file => CountIn(file, bits)) : null;

    /// <summary>The bits of a number in words of 32, where there are any.</summary>
    private static int? FindBits(string folder, JsonElement config)
    {
        const string key = "quantization_config";
        var found = Section(config, key) ?? Section(config, "compression_config") ?? (Section(config, "text_config") is { } text ? Section(text, key) : null);
        if (found is { } section)
        {
            return BitsOf(Section(section, key) ?? section);
        }

        var file = new[] { "quantize_config.json", "quant_config.json" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (file is null)
        {
            return null;
        }

        using var json = PythonJson.Parse(ModelFile.ReadAll(file, LargestSettings));
        return BitsOf(json.RootElement);
    }

    private static JsonElement? Section(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var section) && section.ValueKind == JsonValueKind.Object ? section : null;

    private static int BitsOf(JsonElement section) =>
        (section.TryGetProperty("bits", out var bits) || section.TryGetProperty("w_bit", out bits))
        && bits.ValueKind == JsonValueKind.Number && bits.TryGetInt32(out var number) && number is > 0 and <= WordBits ? number : UsualBits;

    private static long CountIn(FileInfo file, int bits)
    {
        using var header = ReadHeader(file);
        return header.RootElement.EnumerateObject().Where(tensor => tensor.Name != "__metadata__").Sum(tensor => CountIn(tensor, bits));
    }

    private static long CountIn(JsonProperty tensor, int bits)
    {
        if (Beside.Any(ending => tensor.Name.EndsWith(ending, StringComparison.Ordinal)))
        {
            return 0;
        }

        var elements = tensor.Value.GetProperty("shape").EnumerateArray().Aggregate(1L, (product, size) => checked(product * size.GetInt64()));
        var each = tensor.Name.EndsWith(".qweight", StringComparison.Ordinal) ? WordBits / bits : tensor.Name.EndsWith("_blocks", StringComparison.Ordinal) ? 2 : 1;
        return checked(elements * each);
    }

    private static JsonDocument ReadHeader(FileInfo file)
    {
        using var stream = new FileStream(ModelFile.Open(file.FullName), FileAccess.Read);
        Span<byte> start = stackalloc byte[LengthBytes];
        stream.ReadExactly(start);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > LongestHeader || (long)length > stream.Length - LengthBytes)
        {
            throw new InvalidDataException($"{file.FullName} has no header of safetensors");
        }

        var header = new byte[length];
        stream.ReadExactly(header);
        return JsonDocument.Parse(header);
    }
}
