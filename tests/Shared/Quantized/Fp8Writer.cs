using System.Text.Json.Nodes;
using LmDeploy.Tests.Golden;

namespace LmDeploy.Tests.Quantized;

/// <summary>Weights of 8 bits (E4M3), with a scale for each block.</summary>
/// <param name="config">What config.json says of it.</param>
/// <param name="rows">Of a block; 0 for all of the matrix.</param>
/// <param name="columns">Of a block; 0 for all of the matrix.</param>
/// <param name="suffix">What the scales' name ends with.</param>
/// <param name="shape">The scales' shape, from how many there are by row and by column.</param>
internal sealed class Fp8Writer(string config, int rows, int columns, string suffix, Func<long, long, long[]> shape) : IMatrixWriter
{
    private const float Largest = 448;

    private static readonly float[] Magnitudes =
    [
        .. Enumerable.Range(0, 127).Select(code => code < 8 ? code / 512f : (1 + (code % 8 / 8f)) * MathF.Pow(2, (code / 8) - 7)),
    ];

    public JsonObject Config => JsonNode.Parse(config)!.AsObject();

    public Matrix Write(CheckpointFile file, string module, Matrix matrix)
    {
        var (height, width) = (rows == 0 ? matrix.Rows : rows, columns == 0 ? matrix.Columns : columns);
        var (down, across) = ((matrix.Rows + height - 1) / height, (matrix.Columns + width - 1) / width);
        var scales = new float[down * across];
        for (var i = 0; i < matrix.Values.Length; i++)
        {
            ref var scale = ref scales[Block(i)];
            scale = Math.Max(scale, Math.Abs(matrix.Values[i]) / Largest);
        }

        byte[] codes = [.. matrix.Values.Select((value, i) => Code(value / scales[Block(i)]))];
        file.Tensors[$"{module}.weight"] = ("F8_E4M3", [matrix.Rows, matrix.Columns], codes);
        file.Tensors[$"{module}.{suffix}"] = Bytes.Floats(scales, shape(down, across));
        file.Tensors[$"{module}.input_scale"] = Bytes.Floats([123], 1);
        return matrix with { Values = [.. codes.Select((code, i) => (code > 127 ? -1 : 1) * Magnitudes[code & 127] * scales[Block(i)])] };

        int Block(int i) => (i / matrix.Columns / height * across) + (i % matrix.Columns / width);
    }

    private static byte Code(float value)
    {
        var index = Array.BinarySearch(Magnitudes, Math.Abs(value));
        var above = Math.Min(index < 0 ? ~index : index, Magnitudes.Length - 1);
        var nearest = above > 0 && Math.Abs(value) - Magnitudes[above - 1] < Magnitudes[above] - Math.Abs(value) ? above - 1 : above;
        return (byte)(nearest + (value < 0 ? 128 : 0));
    }
}
