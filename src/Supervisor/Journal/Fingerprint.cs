using System.Security.Cryptography;
using Google.Protobuf;

namespace LmDeploy.Supervisor.Journal;

/// <summary>The fingerprint of a request, to recognize it when it comes again: the beginning of the SHA-256 of its content.</summary>
internal static class Fingerprint
{
    private const int Bytes = 16;

    public static string Of(params ReadOnlySpan<IMessage> asked)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var message in asked)
        {
            hash.AppendData(message.ToByteArray());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, Bytes));
    }
}
