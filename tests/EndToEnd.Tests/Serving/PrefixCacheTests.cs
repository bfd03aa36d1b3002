using System.Net.Http.Json;
using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>Whose prompts share the prefix cache: <c>cached_tokens</c> tells a caller what the cache knows of a prompt.</summary>
public sealed class PrefixCacheTests
{
    private static readonly string[] _keys = ["--api-key", "one", "--api-key", "two"];
    private static readonly string _prompt = string.Concat(Enumerable.Range(0, 60).Select(i => $"word {i} "));

    [Fact]
    public async Task EachKey_HasACacheOfItsOwn_WhichASaltDivides()
    {
        await using var server = await Server.StartAsync([$"pebble={Repository.Pebble}", .. _keys]);

        (await CachedAsync(server, "one")).ShouldBe(0);
        (await CachedAsync(server, "one")).ShouldBeGreaterThan(0);
        (await CachedAsync(server, "two")).ShouldBe(0, "what the other key asked");
        (await CachedAsync(server, "two")).ShouldBeGreaterThan(0);

        (await CachedAsync(server, "one", "user a")).ShouldBe(0);
        (await CachedAsync(server, "one", "user a")).ShouldBeGreaterThan(0);
        (await CachedAsync(server, "one", "user b")).ShouldBe(0);
        (await CachedAsync(server, "two", "user a")).ShouldBe(0, "the same salt of another key");
        (await CachedAsync(server, "one")).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task SharedPrefixCache_IsOneForAllKeys_AndASaltDividesIt()
    {
        await using var server = await Server.StartAsync([$"pebble={Repository.Pebble}", "--shared-prefix-cache", .. _keys]);

        (await CachedAsync(server, "one")).ShouldBe(0);
        (await CachedAsync(server, "two")).ShouldBeGreaterThan(0);
        (await CachedAsync(server, "one", "user a")).ShouldBe(0);
        (await CachedAsync(server, "two", "user a")).ShouldBeGreaterThan(0);
    }

    /// <summary>How many tokens of the prompt were not computed.</summary>
    private static async Task<int> CachedAsync(Server server, string key, string? salt = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Content = JsonContent.Create(new { model = "pebble", prompt = _prompt, max_tokens = 1, cache_salt = salt }),
        };
        request.Headers.Add("Authorization", $"Bearer {key}");
        using var answer = await server.Http.SendAsync(request);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        ((int)answer.StatusCode).ShouldBe(200, body.ToString());
        return body.GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();
    }
}
