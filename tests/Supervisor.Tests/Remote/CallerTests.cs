using System.Security.Cryptography;
using System.Text;
using LmDeploy.Supervisor.Remote;
using LmDeploy.Supervisor.Serving;

namespace LmDeploy.Supervisor.Tests.Remote;

public sealed class CallerTests
{
    private static readonly Caller _alice = Of("alice-key");
    private static readonly Caller _bob = Of("bob-key");

    /// <summary>No salt that one key sends reaches what another has cached.</summary>
    [Fact]
    public void Salts_OfTwoKeysNeverMeet()
    {
        _alice.SaltOf("").ShouldNotBe(_bob.SaltOf(""));
        _bob.SaltOf(_alice.SaltOf("")).ShouldNotBe(_alice.SaltOf(""));
        _bob.SaltOf($"{_alice.Owner}/x").ShouldNotBe(_alice.SaltOf("x"));
        _alice.SaltOf("x").ShouldNotBe(_alice.SaltOf(""));
        Caller.Local.SaltOf("x").ShouldBe("x");
    }

    private static Caller Of(string key) => new(new ApiKey { Name = "same", Sha256 = SHA256.HashData(Encoding.UTF8.GetBytes(key)) }, IsRemote: true);
}
