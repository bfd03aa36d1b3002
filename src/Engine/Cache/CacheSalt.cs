using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LmDeploy.Engine.Cache;

/// <summary>Keeps callers apart in the prefix cache: what was computed for one salt is never found with another, nor by the time that a prompt takes.</summary>
internal static class CacheSalt
{
    /// <summary>What stands for the salt before a sequence's first block: 0 for none, else below 0, where no block has its name.</summary>
    public static long RootOf(string salt) =>
        salt.Length == 0 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(salt))) | long.MinValue;
}
