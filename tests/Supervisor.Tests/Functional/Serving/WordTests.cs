using System.Net;
using System.Text;
using System.Text.Json;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>Closed sets are words in JSON, whatever they are in the contract.</summary>
public sealed class WordTests(FakeServer server) : IClassFixture<FakeServer>
{
    [Fact]
    public async Task Pipelines_AreListedInWords_AndSoAreTheirReceipts()
    {
        using var loaded = await LoadAsync("words", """{"device":"cpu","dtype":"float32","load_format":"auto","generation_config":"none"}""");
        loaded.StatusCode.ShouldBe(HttpStatusCode.OK, await loaded.Content.ReadAsStringAsync());
        var pipeline = (await ReadAsync("/v1/pipelines"))
            .GetProperty("pipelines")
            .EnumerateArray()
            .Single(pipeline => pipeline.GetProperty("name").GetString() == "words");
        pipeline.GetProperty("state").GetString().ShouldBe("ready");
        pipeline.GetProperty("memory").GetString().ShouldBe("rss");
        var line = (await ReadAsync("/v1/pipelines/words/logs")).GetProperty("lines")[0];
        line.GetProperty("source").GetString().ShouldBeOneOf("stdout", "stderr");

        using var unloaded = await server.Http.DeleteAsync("/v1/pipelines/words");

        using var receipt = JsonDocument.Parse(await unloaded.Content.ReadAsStringAsync());
        new[] { "verdict", "memory", "how" }.Select(name => receipt.RootElement.GetProperty(name).GetString()).ShouldBe(["Reclaimed", "rss", "exited"]);
    }

    [Theory]
    [InlineData("dtype", "int8", "dtype must be auto, float32, bfloat16 or float16, got 'int8'.")]
    [InlineData("device", "cuda:0", "device must be auto, cpu or cuda, got 'cuda:0'.")]
    public async Task UnknownWord_IsRefusedWithThoseThatThereAre(string setting, string word, string message)
    {
        using var refused = await LoadAsync("refused", $$"""{"{{setting}}":"{{word}}"}""");

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var body = JsonDocument.Parse(await refused.Content.ReadAsStringAsync());
        var error = body.RootElement.GetProperty("error");
        (error.GetProperty("code").GetString(), error.GetProperty("param").GetString(), error.GetProperty("message").GetString()).ShouldBe(
            ("invalid_config", setting, message));
    }

    private async Task<HttpResponseMessage> LoadAsync(string name, string engine)
    {
        using var body = new StringContent(
            $$"""{"model":"{{FakeModels.Path(name)}}","name":"{{name}}","engine":{{engine}}}""", Encoding.UTF8, "application/json");
        return await server.Http.PostAsync("/v1/pipelines", body);
    }

    private async Task<JsonElement> ReadAsync(string path)
    {
        using var json = JsonDocument.Parse(await server.Http.GetStringAsync(path));
        return json.RootElement.Clone();
    }
}
