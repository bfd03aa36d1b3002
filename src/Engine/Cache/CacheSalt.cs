using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LmDeploy.Engine.Cache;

/// <summary>
/// Isolates callers in the prefix cache: a prefix that was computed under one salt is never reused under another, so timing reveals nothing either.
/// </summary>
internal static class CacheSalt
{
    /// <summary>The root of a sequence's prefix chain: 0 without a salt, else a negative number, which is never the id of a block.</summary>
    public static long RootOf(string salt) =>
        salt.Length == 0 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(salt))) | long.MinValue;
}
