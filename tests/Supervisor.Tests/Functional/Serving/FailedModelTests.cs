using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LmDeploy.Supervisor.Serving;
using LmDeploy.Supervisor.Tests.TestDoubles;

namespace LmDeploy.Supervisor.Tests.Functional.Serving;

/// <summary>A model whose load failed says so wherever it is listed, and can be removed and tried again.</summary>
public sealed class FailedModelTests(FakeServer server) : IClassFixture<FakeServer>
{
    [Fact]
    public async Task FailedLoad_IsListedWithItsReason_UntilItIsRemoved()
    {
        var folder = Broken();
        using var failed = await PostAsync(server.Http, $$"""{"model":"{{folder.Path}}","name":"broken","aliases":["b"]}""");
        failed.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);

        var listed = await server.Http.GetFromJsonAsync<JsonElement>("/v1/models");
        foreach (var model in listed.GetProperty("data").EnumerateArray().Where(model => model.GetProperty("root").GetString() == "broken"))
        {
            ShouldHaveFailed(model);
        }

        ShouldHaveFailed(await server.Http.GetFromJsonAsync<JsonElement>("/v1/models/b"));
        ShouldHaveFailed(await server.Http.GetFromJsonAsync<JsonElement>("/v1/pipelines/broken"));
        using (var ready = await server.Http.GetAsync("/health/ready"))
        {
            ready.StatusCode.ShouldBe(HttpStatusCode.OK, "it is neither pinned nor preloaded");
        }

        using var removed = await server.Http.DeleteAsync("/v1/pipelines/broken");
        removed.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var gone = await server.Http.GetAsync("/v1/models/broken");
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        folder.Dispose();
    }

    [Fact]
    public async Task RetriedLoad_ForgetsTheFailure()
    {
        using var folder = Broken();
        using var failed = await PostAsync(server.Http, $$"""{"model":"{{folder.Path}}","name":"mended","pinned":true,"engine":{"device":"cpu"} }""");
        failed.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        using (var unready = await server.Http.GetAsync("/health/ready"))
        {
            unready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, "it is pinned");
            (await unready.Content.ReadAsStringAsync()).ShouldBe("""{"status":"failed","reason":"mended cannot be served: invalid_config"}""");
        }

        foreach (var file in Directory.GetFiles(FakeModels.Path("fake")))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)), overwrite: true);
        }

        using var loaded = await PostAsync(server.Http, """{"model":"mended"}""");
        loaded.StatusCode.ShouldBe(HttpStatusCode.OK, await loaded.Content.ReadAsStringAsync());

        var model = await server.Http.GetFromJsonAsync<JsonElement>("/v1/models/mended");
        model.GetProperty("state").GetString().ShouldBe("ready");
        model.GetProperty("error").ValueKind.ShouldBe(JsonValueKind.Null);
        using var ready = await server.Http.GetAsync("/health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var removed = await server.Http.DeleteAsync("/v1/pipelines/mended");
    }

    [Fact]
    public async Task ModelsThatAreNotLoaded_SaySo()
    {
        var model = await server.Http.GetFromJsonAsync<JsonElement>("/v1/models/org/name");
        model.GetProperty("state").GetString().ShouldBe("unloaded");
        model.GetProperty("error").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    /// <summary>A folder that a load refuses for good.</summary>
    private static TemporaryFolder Broken()
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), "{");
        return folder;
    }

    private static void ShouldHaveFailed(JsonElement model)
    {
        model.GetProperty("state").GetString().ShouldBe("failed");
        model.GetProperty("error").GetProperty("code").GetString().ShouldBe("invalid_config");
        model.GetProperty("error").GetProperty("message").GetString().ShouldNotBeNullOrEmpty();
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await http.PostAsync("/v1/pipelines", content).InTime("the load");
    }
}
