using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LmDeploy.Tests.Parrots;

/// <summary>The weights of a GPT-2 of one layer whose positions say which token follows.</summary>
internal static class ParrotWeights
{
    /// <param name="script">The token to say at each position.</param>
    public static void Write(string path, int[] script, int vocabulary, int size)
    {
        var tokens = Directions(vocabulary, size);
        var positions = script.SelectMany(token => tokens.AsSpan(token * size, size).ToArray().Select(value => value * 32)).ToArray();
        var ones = Enumerable.Repeat(1f, size).ToArray();
        const string Layer = "transformer.h.0.";
        Save(path, new Dictionary<string, (float[] Values, int[] Shape)>
        {
            ["transformer.wte.weight"] = ([.. tokens.Select(value => value * 2)], [vocabulary, size]),
            ["transformer.wpe.weight"] = (positions, [script.Length, size]),
            [$"{Layer}ln_1.weight"] = (ones, [size]),
            [$"{Layer}ln_1.bias"] = Zeros(size),
            [$"{Layer}attn.c_attn.weight"] = Zeros(size, 3 * size),
            [$"{Layer}attn.c_attn.bias"] = Zeros(3 * size),
            [$"{Layer}attn.c_proj.weight"] = Zeros(size, size),
            [$"{Layer}attn.c_proj.bias"] = Zeros(size),
            [$"{Layer}ln_2.weight"] = (ones, [size]),
            [$"{Layer}ln_2.bias"] = Zeros(size),
            [$"{Layer}mlp.c_fc.weight"] = Zeros(size, 4 * size),
            [$"{Layer}mlp.c_fc.bias"] = Zeros(4 * size),
            [$"{Layer}mlp.c_proj.weight"] = Zeros(4 * size, size),
            [$"{Layer}mlp.c_proj.bias"] = Zeros(size),
            ["transformer.ln_f.weight"] = (ones, [size]),
            ["transformer.ln_f.bias"] = Zeros(size),
        });
    }

    private static (float[] Values, int[] Shape) Zeros(params int[] shape) => (new float[shape.Aggregate(1, (product, length) => product * length)], shape);

    /// <summary>A direction of length 1 for each token, far from all others, whose mean is 0, so that a layer norm leaves it as it is.</summary>
    private static float[] Directions(int count, int size)
    {
        var random = new Random(1);
        var directions = new float[count * size];
        for (var row = 0; row < count; row++)
        {
            var values = Enumerable.Range(0, size).Select(_ => random.NextDouble() - 0.5).ToArray();
            var mean = values.Average();
            var length = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)));
            for (var column = 0; column < size; column++)
            {
                directions[(row * size) + column] = (float)((values[column] - mean) / length);
            }
        }

        return directions;
    }

    private static void Save(string path, Dictionary<string, (float[] Values, int[] Shape)> tensors)
    {
        var header = new JsonObject();
        long position = 0;
        foreach (var (name, (values, shape)) in tensors)
        {
            var end = position + ((long)values.Length * sizeof(float));
            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = JsonSerializer.SerializeToNode(shape),
                ["data_offsets"] = new JsonArray(position, end),
            };
            position = end;
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(header);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
        using var file = File.Create(path);
        file.Write(length);
        file.Write(bytes);
        foreach (var (values, _) in tensors.Values)
        {
            file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }
}
