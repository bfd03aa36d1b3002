using System.Buffers.Binary;
using LmDeploy.Text.Tokenization.Normalizers;

namespace LmDeploy.Text.Tokenization.Json;

/// <summary>Reads a normalizer of type Precompiled: in base64 the trie's length in bytes, the trie, and the texts.</summary>
internal static class PrecompiledReader
{
    private const int UnitBytes = sizeof(uint);

    public static PrecompiledNormalizer Read(JsonPlace place)
    {
        var map = place.Member("precompiled_charsmap");
        var bytes = Bytes(map);
        var length = bytes.Length < UnitBytes ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length % UnitBytes != 0 || length > bytes.Length - UnitBytes)
        {
            throw map.Invalid($"the map of {bytes.Length} bytes must begin with the length of its trie, whole units of {UnitBytes} bytes that follow");
        }

        var units = new uint[length / UnitBytes];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan((i + 1) * UnitBytes));
        }

        return new PrecompiledNormalizer(new DoubleArrayTrie(units), bytes[(UnitBytes + (int)length)..]);
    }

    private static byte[] Bytes(JsonPlace map)
    {
        try
        {
            return Convert.FromBase64String(map.AsString());
        }
        catch (FormatException e)
        {
            throw map.Invalid("it is not base64", e);
        }
    }
}
