using System.Text.Json;
using LmDeploy.EndToEnd.Tests.Processes;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>The sampling that a model's generation_config.json asks for, and what an answer says of what it is not held to.</summary>
public sealed class ModelSamplingTests : IDisposable
{
    private const string Greedy = """{"do_sample": true, "temperature": 0.1, "top_p": 0.5, "top_k": 1, "repetition_penalty": 1.2}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("lmdeploy-sampling-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Requests_HaveTheModelsDefaults_UnlessTheySayOtherwise_OrTheServerDoes()
    {
        foreach (var file in Directory.GetFiles(Repository.Boulder))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        File.WriteAllText(Path.Combine(_folder, "generation_config.json"), Greedy);
        await using (var server = await Server.StartAsync($"m={_folder}"))
        {
            (await TextsAsync(server, "")).Distinct().ShouldHaveSingleItem("top_k 1 always takes the same tokens");
            (await TextsAsync(server, ""","top_k":0,"top_p":1,"temperature":2""")).Distinct().Count().ShouldBeGreaterThan(1);
            var shown = (await server.GetAsync("/v1/models/m")).Body.GetProperty("generation_config");
            (shown.GetProperty("temperature").GetDouble(), shown.GetProperty("top_k").GetInt32(), shown.GetProperty("min_p").ValueKind)
                .ShouldBe((0.1, 1, JsonValueKind.Null));
        }

        await using var without = await Server.StartAsync($"m={_folder}", "--generation-config", "none");
        (await TextsAsync(without, ""","temperature":2""")).Distinct().Count().ShouldBeGreaterThan(1);
        (await without.GetAsync("/v1/models/m")).Body.GetProperty("generation_config").GetProperty("top_k").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Warnings_AreInTheAnswer_AndInTheLastPieceOfAStream()
    {
        await using var server = await Server.StartAsync($"boulder={Repository.Boulder}");
        const string Asked = """
            "model":"boulder","max_tokens":5000,
            "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"string","maxLength":3,"format":"uri"}}}
            """;
        var (status, chat) = await server.PostAsync("/v1/chat/completions", $$"""{{{Asked}},"messages":[{"role":"user","content":"Hi"}]}""");
        status.ShouldBe(200, chat.ToString());
        var warnings = chat.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()!).ToList();
        warnings.Count.ShouldBe(2);
        warnings.ShouldContain(warning => warning.Contains("5000 tokens were asked for"));
        warnings.ShouldContain(warning => warning.Contains("\"uri\""));
        var (_, completion) = await server.PostAsync("/v1/completions", $$"""{{{Asked}},"prompt":"Hi"}""");
        completion.GetProperty("warnings").GetArrayLength().ShouldBe(2);
        JsonElement last = default;
        await foreach (var piece in EventReader.StreamAsync(
            server.Http, "/v1/chat/completions", $$"""{{{Asked}},"stream":true,"messages":[{"role":"user","content":"Hi"}]}"""))
        {
            last = piece;
        }

        last.GetProperty("warnings").GetArrayLength().ShouldBe(2);
        var (_, plain) = await server.PostAsync("/v1/completions", """{"model":"boulder","prompt":"Hi","max_tokens":2}""");
        plain.TryGetProperty("warnings", out _).ShouldBeFalse();
    }

    private static async Task<IReadOnlyList<string>> TextsAsync(Server server, string fields)
    {
        var (status, body) = await server.PostAsync(
            "/v1/completions", $$"""{"model":"m","prompt":"Tell me","max_tokens":24,"n":6,"ignore_eos":true{{fields}}}""");
        status.ShouldBe(200, body.ToString());
        return [.. body.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("text").GetString()!)];
    }
}
