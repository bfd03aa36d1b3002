using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Grpc;
using LmDeploy.Supervisor.Remote;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Remote;

/// <summary>What calls over the network must bring with them.</summary>
public sealed class RemoteAccessTests
{
    private const string Look = "/lmdeploy.v1.Host/ListPipelines";

    private static readonly string _version = Protocol.Version.ToString(CultureInfo.InvariantCulture);

    private readonly RemoteAccess _access = new(
        new ApiKeys([Key("alice"), Key("busy") with { MaxRequests = 1 }, Key("root") with { Admin = true }]), new Quotas(null!));

    [Theory]
    [InlineData("5", "alice", "The client speaks version 5 of the protocol and this server version")]
    [InlineData("99", null, "The client speaks version 99 of the protocol and this server version")]
    [InlineData("", "alice", "The client speaks version  of the protocol")]
    public async Task ClientsOfOtherVersions_AreToldSo(string version, string? key, string message)
    {
        var error = (await Should.ThrowAsync<SupervisorException>(CallAsync(Look, key, version))).Error;

        error.Code.ShouldBe(ErrorCodes.ProtocolMismatch);
        error.Message.ShouldStartWith(message);
        error.Message.ShouldEndWith("use the same release of LmDeploy on both sides.");
    }

    /// <summary>Other programs speak gRPC too, and know nothing of the header.</summary>
    [Fact]
    public async Task ClientsThatDoNotSay_AreServed() => (await CallAsync(Look, "alice", null)).ShouldBe("alice");

    [Theory]
    [InlineData(null, "The server takes API keys")]
    [InlineData("mallory", "The API key is not one of this server's.")]
    public async Task Keys_AreAsked(string? key, string message)
    {
        var error = (await Should.ThrowAsync<SupervisorException>(CallAsync(Look, key, _version))).Error;

        (error.Code, error.Message[..message.Length]).ShouldBe((ErrorCodes.AccessDenied, message));
    }

    [Theory]
    [InlineData("LoadPipeline")]
    [InlineData("UnloadPipeline")]
    [InlineData("Shutdown")]
    public async Task WhatIsForAdmins_TakesAnAdminKey(string method)
    {
        var error = (await Should.ThrowAsync<SupervisorException>(CallAsync($"/lmdeploy.v1.Host/{method}", "alice", _version))).Error;

        (error.Code, error.Subject).ShouldBe((ErrorCodes.AccessDenied, method));
        (await CallAsync($"/lmdeploy.v1.Host/{method}", "root", _version)).ShouldBe("root");
    }

    [Fact]
    public async Task Requests_OfAKeyAreBounded_AndThoseThatEndMakeRoom()
    {
        var first = new TaskCompletionSource<string>();
        var running = _access.UnaryServerHandler("", Context(Look, "busy", _version), (_, _) => first.Task);

        var error = (await Should.ThrowAsync<SupervisorException>(CallAsync(Look, "busy", _version))).Error;
        first.SetException(new InvalidOperationException());
        await Should.ThrowAsync<InvalidOperationException>(running);

        error.Code.ShouldBe(ErrorCodes.QuotaExceeded);
        (await CallAsync(Look, "busy", _version)).ShouldBe("busy");
    }

    private static ApiKey Key(string name) => new() { Name = name, Sha256 = SHA256.HashData(Encoding.UTF8.GetBytes(name)) };

    private static FakeCallContext Context(string method, string? key, string? version) => new(
        method,
        [
            .. key is null ? (ReadOnlySpan<(string, string)>)[] : [("authorization", $"Bearer {key}")],
            .. version is null ? (ReadOnlySpan<(string, string)>)[] : [(Protocol.VersionHeader, version)],
        ]);

    /// <returns>The name of the key that the call went on with.</returns>
    private Task<string> CallAsync(string method, string? key, string? version) =>
        _access.UnaryServerHandler("", Context(method, key, version), (_, context) => Task.FromResult(Caller.Of(context).Key!.Name));
}
