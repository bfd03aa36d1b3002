using System.Text.Json.Nodes;
using LmDeploy.Tests.Golden;

namespace LmDeploy.Tests.Quantized;

/// <summary>AWQ for AutoAWQ's gemm kernels.</summary>
internal sealed class AwqWriter(int groupSize, bool symmetric = false) : IMatrixWriter
{
    private static readonly int[] Order = [0, 2, 4, 6, 1, 3, 5, 7];

    public JsonObject Config => new() { ["quant_method"] = "awq", ["bits"] = 4, ["group_size"] = groupSize, ["zero_point"] = !symmetric, ["version"] = "gemm" };

    public Matrix Write(CheckpointFile file, string module, Matrix matrix)
    {
        var size = groupSize < 0 ? matrix.Columns : groupSize;
        var quantizer = new GroupQuantizer(matrix, [.. Enumerable.Range(0, matrix.Columns).Select(input => input / size)], bits: 4, symmetric);
        long groups = matrix.Columns / size;
        file.Tensors[$"{module}.qweight"] = Bytes.Words(Pack(quantizer.Integers), matrix.Columns, matrix.Rows / 8);
        file.Tensors[$"{module}.scales"] = Bytes.Halves(quantizer.Scales, groups, matrix.Rows);
        if (!symmetric)
        {
            file.Tensors[$"{module}.qzeros"] = Bytes.Words(Pack(quantizer.Zeros), groups, matrix.Rows / 8);
        }

        return quantizer.Dequantized;
    }

    private static int[] Pack(int[,] numbers)
    {
        var words = new int[numbers.GetLength(0) * numbers.GetLength(1) / 8];
        for (var word = 0; word < words.Length; word++)
        {
            for (var place = 0; place < 8; place++)
            {
                var first = word * 8;
                var number = numbers[first / numbers.GetLength(1), (first % numbers.GetLength(1)) + Order[place]];
                words[word] |= number << (4 * place);
            }
        }

        return words;
    }
}
