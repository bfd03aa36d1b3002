namespace LmDeploy.Tests.Quantized;

/// <summary>A matrix of float32, row by row.</summary>
internal sealed record Matrix(int Rows, int Columns, float[] Values)
{
    public float this[int row, int column]
    {
        get => Values[(row * Columns) + column];
        set => Values[(row * Columns) + column] = value;
    }

    public static Matrix Of(int rows, int columns) => new(rows, columns, new float[rows * columns]);

    public Matrix Transposed()
    {
        var other = Of(Columns, Rows);
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                other[column, row] = this[row, column];
            }
        }

        return other;
    }
}
