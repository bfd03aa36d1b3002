namespace LmDeploy.Engine.Sampling;

/// <summary>
/// Philox4x32-10, a counter-based generator: the draw for a position depends on the seed and the position alone, so a sequence
/// that goes on in another process goes on with the same draws.
/// </summary>
/// <remarks>Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.</remarks>
internal static class Philox
{
    private const int Rounds = 10;
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    /// <summary>A uniform draw in [0, 1) with 53 random bits.</summary>
    public static double Uniform(ulong seed, long position)
    {
        var (a, b, _, _) = Block(((uint)position, (uint)(position >> 32), 0, 0), ((uint)seed, (uint)(seed >> 32)));
        return (((ulong)a << 21) ^ (b >> 11)) * (1.0 / (1UL << 53));
    }

    public static (uint, uint, uint, uint) Block((uint A, uint B, uint C, uint D) counter, (uint A, uint B) key)
    {
        var (a, b, c, d) = counter;
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * a;
            var product1 = (ulong)Multiplier1 * c;
            (a, b, c, d) = ((uint)(product1 >> 32) ^ b ^ key.A, (uint)product1, (uint)(product0 >> 32) ^ d ^ key.B, (uint)product0);
            key = (key.A + Weyl0, key.B + Weyl1);
        }

        return (a, b, c, d);
    }
}
