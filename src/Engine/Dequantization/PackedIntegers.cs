using TorchSharp;

namespace LmDeploy.Engine.Dequantization;

/// <summary>Whole numbers from 0, of 4 or 8 bits each, in words of 32.</summary>
/// <param name="Bits">Of a number.</param>
/// <param name="Places">Where in a word its numbers are, first number first; place 0 is the lowest bits.</param>
internal sealed record PackedIntegers(int Bits, IReadOnlyList<int> Places)
{
    /// <summary>First number in the lowest bits.</summary>
    public static PackedIntegers InOrder(int bits) => new(bits, [.. Enumerable.Range(0, 32 / bits)]);

    public int PerWord => Places.Count;

    /// <param name="words">[...], int32</param>
    /// <returns>[..., numbers of a word], int32</returns>
    public torch.Tensor Unpack(torch.Tensor words)
    {
        using var scope = torch.NewDisposeScope();
        var shifts = torch.tensor(Places.Select(place => place * Bits).ToArray()).to(words.device);
        var mask = torch.tensor([(1 << Bits) - 1]).to(words.device);

        // The shift keeps the sign; the mask takes it away.
        return words.unsqueeze(-1).bitwise_right_shift(shifts).bitwise_and(mask).MoveToOuterDisposeScope();
    }

    /// <param name="words">[rows, words], int32</param>
    /// <returns>[rows, numbers], int32: those of a word side by side</returns>
    public torch.Tensor UnpackColumns(torch.Tensor words)
    {
        using var scope = torch.NewDisposeScope();
        return Unpack(words).flatten(1, 2).MoveToOuterDisposeScope();
    }

    /// <param name="words">[words, columns], int32</param>
    /// <returns>[numbers, columns], int32: those of a word one below the other</returns>
    public torch.Tensor UnpackRows(torch.Tensor words)
    {
        using var scope = torch.NewDisposeScope();
        return Unpack(words).transpose(1, 2).flatten(0, 1).MoveToOuterDisposeScope();
    }
}
