using System.Net;
using System.Text;
using System.Text.Json;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>
/// A model called <c>org/name</c>, as on the Hugging Face Hub, in every route that has a name in it: with the slash as it is, and as OpenAI's clients write it.
/// </summary>
public sealed class SlashedNameTests(FakeServer server) : IClassFixture<FakeServer>
{
    private const string Name = FakeServer.SlashedModel;

    public static TheoryData<string> Spellings => ["org/name", "org%2Fname", "org%2fname"];

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task EveryRoute_KnowsTheModel(string spelling)
    {
        using var completed = await server.CompleteAsync(Name);
        completed.StatusCode.ShouldBe(HttpStatusCode.OK);

        (await ReadAsync(HttpMethod.Get, $"/v1/models/{spelling}")).GetProperty("id").GetString().ShouldBe(Name);
        (await ReadAsync(HttpMethod.Get, $"/v1/pipelines/{spelling}")).GetProperty("name").GetString().ShouldBe(Name);
        (await ReadAsync(HttpMethod.Get, $"/v1/pipelines/{spelling}/logs")).GetProperty("lines").GetArrayLength().ShouldBeGreaterThan(0);
        (await ReadAsync(HttpMethod.Post, $"/v1/pipelines/{spelling}/restart")).GetProperty("name").GetString().ShouldBe(Name);
        (await ReadAsync(HttpMethod.Delete, $"/v1/pipelines/{spelling}?forget=false")).GetProperty("name").GetString().ShouldBe(Name);
    }

    [Theory]
    [InlineData("/v1/models/org")]
    [InlineData("/v1/models/name")]
    [InlineData("/v1/models/org%2Fname%2Fmore")]
    [InlineData("/v1/pipelines/org/other/logs")]
    public async Task OtherNames_AreUnknown(string path)
    {
        using var answer = await server.Http.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task EscapedSlash_CannotBeInAName()
    {
        using var body = new StringContent("""{"model":"/","name":"org%2fother","load":false}""", Encoding.UTF8, "application/json");
        using var answer = await server.Http.PostAsync("/v1/pipelines", body);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("org%2fother cannot be a name");
    }

    private async Task<JsonElement> ReadAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await server.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, $"{method} {path}: {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
