using System.Security.Cryptography;
using Google.Protobuf;

namespace LmDeploy.Supervisor.Journal;

/// <summary>What a request is known by when it comes again, without its text: the beginning of the SHA-256 of what was asked.</summary>
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
