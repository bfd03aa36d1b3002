using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>The quota of a key bounds its HTTP requests as well.</summary>
public sealed class QuotaTests(KeyedFakeServer server) : IClassFixture<KeyedFakeServer>
{
    [Fact]
    public async Task Requests_OverTheQuotaAreRefused_UntilOneEnds()
    {
        using (var running = await AskAsync(KeyedFakeServer.BusyKey, "a linger b"))
        {
            running.StatusCode.ShouldBe(HttpStatusCode.OK);

            using var refused = await AskAsync(KeyedFakeServer.BusyKey, "a");
            using var other = await AskAsync(KeyedFakeServer.Key, "a");

            refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            (await refused.Content.ReadAsStringAsync()).ShouldContain("quota_exceeded");
            (await refused.Content.ReadAsStringAsync()).ShouldContain("The key busy has 1 requests at once, as many as it may (max_requests).");
            other.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        // The first has left; its end is noticed soon after.
        await Deadline.UntilAsync(
            () =>
            {
                using var next = AskAsync(KeyedFakeServer.BusyKey, "a").GetAwaiter().GetResult();
                return next.StatusCode == HttpStatusCode.OK;
            },
            "the next request to be taken");
    }

    private async Task<HttpResponseMessage> AskAsync(string key, string prompt)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "/v1/completions"))
        {
            Content = new StringContent($$"""{"model":"fake","prompt":"{{prompt}}","stream":true}""", Encoding.UTF8, "application/json"),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
        };
        return await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).InTime("the head of the answer");
    }
}
