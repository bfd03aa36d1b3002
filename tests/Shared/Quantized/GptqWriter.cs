using System.Text.Json.Nodes;
using LmDeploy.Tests.Golden;

namespace LmDeploy.Tests.Quantized;

/// <summary>GPTQ as AutoGPTQ stores it, or GPTQModel its second layout.</summary>
internal sealed class GptqWriter(int groupSize, int bits = 4, bool symmetric = true, bool activationOrder = false, bool second = false) : IMatrixWriter
{
    private readonly Random _random = new(11);

    public JsonObject Config => new()
    {
        ["quant_method"] = "gptq", ["bits"] = bits, ["group_size"] = groupSize, ["sym"] = symmetric, ["desc_act"] = activationOrder,
        ["checkpoint_format"] = second ? "gptq_v2" : "gptq",
    };

    public Matrix Write(CheckpointFile file, string module, Matrix matrix)
    {
        var (size, perWord) = (groupSize < 0 ? matrix.Columns : groupSize, 32 / bits);
        int[] groupOf = [.. Enumerable.Range(0, matrix.Columns).Select(input => input / size)];
        if (activationOrder)
        {
            _random.Shuffle(groupOf);
            file.Tensors[$"{module}.g_idx"] = Bytes.Words(groupOf, matrix.Columns);
        }

        var quantizer = new GroupQuantizer(matrix, groupOf, bits, symmetric);
        var groups = matrix.Columns / size;
        var integers = new int[matrix.Columns / perWord * matrix.Rows];
        var zeros = new int[groups * matrix.Rows / perWord];
        for (var output = 0; output < matrix.Rows; output++)
        {
            for (var input = 0; input < matrix.Columns; input++)
            {
                integers[(input / perWord * matrix.Rows) + output] |= quantizer.Integers[input, output] << (bits * (input % perWord));
            }

            for (var group = 0; group < groups; group++)
            {
                var stored = (quantizer.Zeros[group, output] - (second ? 0 : 1)) & ((1 << bits) - 1);
                zeros[((group * matrix.Rows) + output) / perWord] |= stored << (bits * (output % perWord));
            }
        }

        file.Tensors[$"{module}.qweight"] = Bytes.Words(integers, matrix.Columns / perWord, matrix.Rows);
        file.Tensors[$"{module}.qzeros"] = Bytes.Words(zeros, groups, matrix.Rows / perWord);
        file.Tensors[$"{module}.scales"] = Bytes.Halves(quantizer.Scales, groups, matrix.Rows);
        return quantizer.Dequantized;
    }
}
