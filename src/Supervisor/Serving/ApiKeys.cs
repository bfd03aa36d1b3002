using System.Security.Cryptography;
using System.Text;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Serving;

/// <summary>The API keys, stored as hashes. Thread-safe.</summary>
internal sealed class ApiKeys(IReadOnlyList<ApiKey> keys)
{
    private IReadOnlyList<ApiKey> _keys = keys;

    public bool IsEmpty => Volatile.Read(ref _keys).Count == 0;

    /// <summary>Takes others in place of all but those of flags.</summary>
    public void Replace(IEnumerable<ApiKey> others) => Volatile.Write(ref _keys, [.. _keys.Where(key => key.Fixed), .. others.Where(key => !key.Fixed)]);

    /// <summary>Finds the key that was presented, in constant time; null when it is unknown.</summary>
    public ApiKey? Find(string presented)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(presented), hash);
        ApiKey? found = null;
        foreach (var key in Volatile.Read(ref _keys))
        {
            found = CryptographicOperations.FixedTimeEquals(key.Sha256, hash) ? key : found;
        }

        return found;
    }
}
