using System.Security.Cryptography;
using System.Text;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>One that asks for a key, and that pages of one other origin may call.</summary>
public sealed class KeyedFakeServer : FakeServer
{
    public const string Key = "k";
    /// <summary>One that may have one request at once.</summary>
    public const string BusyKey = "b";
    public const string Friend = "https://friend.example";

    /// <summary>So large that there is room for one of them at a time.</summary>
    public const long LargestBody = 64 << 20;

    private protected override ServeOptions Options => new()
    {
        CorsOrigins = [Friend],
        Keys =
        [
            new ApiKey { Name = "page", Sha256 = SHA256.HashData(Encoding.UTF8.GetBytes(Key)) },
            new ApiKey { Name = "busy", Sha256 = SHA256.HashData(Encoding.UTF8.GetBytes(BusyKey)), MaxRequests = 1 },
        ],
        MaxBodyBytes = LargestBody,
    };
}
