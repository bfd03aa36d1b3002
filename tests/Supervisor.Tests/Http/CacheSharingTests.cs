using System.Security.Cryptography;
using System.Text;
using LmDeploy.Supervisor.Http;
using LmDeploy.Supervisor.Http.Access;
using LmDeploy.Supervisor.Http.Errors;
using LmDeploy.Supervisor.Http.Json;
using LmDeploy.Supervisor.Remote;
using LmDeploy.Supervisor.Serving;
using LmDeploy.V1;
using Microsoft.AspNetCore.Http;

namespace LmDeploy.Supervisor.Tests.Http;

/// <summary>Only requests of the same salt share the prefix cache.</summary>
public sealed class CacheSharingTests
{
    private readonly AccessControl _access = new(
        new ApiKeys([.. new[] { "one", "two" }.Select(key => new ApiKey { Name = "same", Sha256 = SHA256.HashData(Encoding.UTF8.GetBytes(key)) })]),
        new Quotas(null!),
        [],
        isLocal: false);

    [Fact]
    public async Task EachKey_HasASaltOfItsOwn_WhateverItIsCalled()
    {
        var cache = new CacheSharing(isShared: false);
        var one = await SaltAsync(cache, "one");

        one.ShouldNotBeEmpty();
        (await SaltAsync(cache, "one")).ShouldBe(one);
        (await SaltAsync(cache, "two")).ShouldNotBe(one);
    }

    [Fact]
    public async Task OneCacheForAll_HasNoSalt() => (await SaltAsync(new CacheSharing(isShared: true), "one")).ShouldBeEmpty();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SaltOfARequest_DividesFurther(bool isShared)
    {
        var cache = new CacheSharing(isShared);
        string[] salts = [await SaltAsync(cache, "one"), await SaltAsync(cache, "one", "a"), await SaltAsync(cache, "one", "b"), await SaltAsync(
            cache, "one", await SaltAsync(cache, "two", "a"))];

        salts.ShouldBeUnique();
        (await SaltAsync(cache, "two", "a") == salts[1]).ShouldBe(isShared, "keys that share a cache share its parts");
    }

    [Fact]
    public async Task LongSalt_IsRefused() =>
        (await Should.ThrowAsync<ApiException>(() => SaltAsync(new CacheSharing(isShared: true), "one", new string('a', 1025)))).Message.ShouldBe(
            "cache_salt has 1025 characters; at most 1024 are taken.");

    private async Task<string> SaltAsync(CacheSharing cache, string key, string? own = null)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Authorization = $"Bearer {key}";
        await _access.CheckAsync(http, _ => Task.CompletedTask);
        return cache.SaltOf(http, JsonBody.Parse(Encoding.UTF8.GetBytes(own is null ? "{}" : $$"""{"cache_salt":"{{own}}"}""")));
    }
}
