namespace LmDeploy.Tests.Quantized;

/// <summary>Makes whole numbers of a matrix, with a scale and a zero point for each output and group of inputs.</summary>
internal sealed class GroupQuantizer
{
    /// <param name="matrix">[outputs, inputs]</param>
    /// <param name="groupOf">The group of each input.</param>
    /// <param name="symmetric">Whether zero points are in the middle.</param>
    public GroupQuantizer(Matrix matrix, int[] groupOf, int bits, bool symmetric)
    {
        var most = (1 << bits) - 1;
        var groups = groupOf.Max() + 1;
        (Integers, Dequantized) = (new int[matrix.Columns, matrix.Rows], Matrix.Of(matrix.Rows, matrix.Columns));
        (Scales, Zeros) = (new float[groups * matrix.Rows], new int[groups, matrix.Rows]);
        for (var output = 0; output < matrix.Rows; output++)
        {
            for (var group = 0; group < groups; group++)
            {
                var inputs = Enumerable.Range(0, matrix.Columns).Where(input => groupOf[input] == group).ToList();
                var (low, high) = (inputs.Min(input => matrix[output, input]), inputs.Max(input => matrix[output, input]));
                var spread = symmetric ? 2 * Math.Max(high, -low) : high - low;
                var scale = (float)(Half)(spread / most);
                var zero = symmetric ? 1 << (bits - 1) : Math.Clamp((int)MathF.Round(-low / scale), 0, most);
                (Scales[(group * matrix.Rows) + output], Zeros[group, output]) = (scale, zero);
                foreach (var input in inputs)
                {
                    Integers[input, output] = Math.Clamp((int)MathF.Round(matrix[output, input] / scale) + zero, 0, most);
                    Dequantized[output, input] = (Integers[input, output] - zero) * scale;
                }
            }
        }
    }

    /// <summary>[inputs, outputs]</summary>
    public int[,] Integers { get; }

    /// <summary>[groups, outputs]</summary>
    public int[,] Zeros { get; }

    /// <summary>[groups, outputs]</summary>
    public float[] Scales { get; }

    public Matrix Dequantized { get; }
}
